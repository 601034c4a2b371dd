/*
 * Zero-copy replies of a paravirtual transport: the host writes straight into the buffer of read().
 */
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/uio.h>
#include <linux/virtio.h>

struct pv_chan {
	struct virtqueue *vq;
	struct scatterlist sg[64];
	wait_queue_head_t wq;
};

static void pv_release_pages(struct page **pages, int nr)
{
	unpin_user_pages_dirty_lock(pages, nr, true);
}

static int pv_fill_sg(struct pv_chan *chan, struct page **pages, int nr, size_t offset, size_t len)
{
	int i;

	sg_init_table(chan->sg, nr);
	for (i = 0; i < nr; i++) {
		size_t part = min_t(size_t, len, PAGE_SIZE - offset);

		sg_set_page(&chan->sg[i], pages[i], part, offset);
		len -= part;
		offset = 0;
	}
	return nr;
}

static ssize_t pv_read_zc(struct pv_chan *chan, char __user *buf, size_t count)
{
	struct page **pages = NULL;
	struct scatterlist *sgs[1];
	struct iov_iter iter;
	size_t offset;
	ssize_t got;
	int nr, ret;

	ret = import_ubuf(ITER_DEST, buf, min_t(size_t, count, 63 * PAGE_SIZE), &iter);
	if (ret)
		return ret;

	got = iov_iter_extract_pages(&iter, &pages, 63 * PAGE_SIZE, 64, 0, &offset);
	if (got <= 0) {
		kvfree(pages);
		return got ? got : -EFAULT;
	}
	nr = DIV_ROUND_UP(offset + got, PAGE_SIZE);

	pv_fill_sg(chan, pages, nr, offset, got);
	sgs[0] = chan->sg;
	ret = virtqueue_add_sgs(chan->vq, sgs, 0, 1, chan, GFP_KERNEL);
	if (!ret) {
		virtqueue_kick(chan->vq);
		wait_event(chan->wq, pv_done(chan));
	}

	pv_release_pages(pages, nr);
	kvfree(pages);
	return ret ? ret : got;
}
