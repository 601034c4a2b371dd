/** Drivers whose conversion is refused until a person has decided something. */

/** Reads with an owner for each page, which has a reference of its own until the server answers. */
export const OWNED = `#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uio.h>

struct tern_req {
	struct page *page;
	struct list_head list;
};

static struct tern_req *tern_req_new(struct page *page)
{
	struct tern_req *req = kzalloc(sizeof(*req), GFP_NOFS);

	if (!req)
		return NULL;
	req->page = page;
	get_page(page);
	return req;
}

static void tern_req_free(struct tern_req *req)
{
	put_page(req->page);
	kfree(req);
}

static void tern_release(struct page **pages, unsigned int npages)
{
	unsigned int i;

	for (i = 0; i < npages; i++)
		put_page(pages[i]);
}

static ssize_t tern_read(struct tern_queue *queue, struct iov_iter *iter)
{
	struct page **pages;
	struct tern_req *req;
	unsigned int npages, i;
	ssize_t result;
	size_t base;

	result = iov_iter_get_pages_alloc2(iter, &pages, SZ_1M, &base);
	if (result < 0)
		return result;
	npages = DIV_ROUND_UP(result + base, PAGE_SIZE);
	for (i = 0; i < npages; i++) {
		req = tern_req_new(pages[i]);
		if (!req)
			break;
		list_add_tail(&req->list, &queue->reads);
	}
	tern_release(pages, npages);
	kvfree(pages);
	return result;
}
`;

/** Copies and user pages in one table; a flag tells them apart. */
export const MIXED = `#include <linux/dma-mapping.h>
#include <linux/mm.h>

struct tern_cmd {
	struct page *pages[16];
	unsigned int nr;
	bool copied;
	dma_addr_t dma;
};

static int tern_map(struct tern_cmd *cmd, unsigned long addr)
{
	int got;

	got = get_user_pages_fast(addr, 16, 0, cmd->pages);
	if (got <= 0)
		return -EFAULT;
	cmd->nr = got;
	cmd->dma = dma_map_page(tern_dev, cmd->pages[0], 0, PAGE_SIZE, DMA_TO_DEVICE);
	return 0;
}

static int tern_copy(struct tern_cmd *cmd, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		cmd->pages[i] = alloc_page(GFP_KERNEL);
		if (!cmd->pages[i])
			return -ENOMEM;
		cmd->nr++;
	}
	cmd->copied = tern_wants_copies(cmd);
	return 0;
}

static void tern_unmap(struct tern_cmd *cmd)
{
	unsigned int i;

	for (i = 0; i < cmd->nr; i++) {
		if (cmd->copied)
			__free_page(cmd->pages[i]);
		else
			put_page(cmd->pages[i]);
	}
}
`;

/** The pages go to a function of another module. */
export const HANDED = `#include <linux/mm.h>

int tern_engine_write(struct page **pages, int nr);

int tern_send(unsigned long addr, int nr, struct page **pages)
{
	int got, i, ret;

	got = get_user_pages_fast(addr, nr, FOLL_WRITE, pages);
	if (got < 0)
		return got;
	ret = dma_map_page(tern_dev, pages[0], 0, PAGE_SIZE, DMA_FROM_DEVICE) ? tern_engine_write(pages, got) : -EIO;
	for (i = 0; i < got; i++) {
		set_page_dirty_lock(pages[i]);
		put_page(pages[i]);
	}
	return ret;
}
`;
