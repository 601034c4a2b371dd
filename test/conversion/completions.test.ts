/** Releases in the completion of a request, and places where pages of the allocator wait beside those of user space. */
import { describe, expect, test } from 'vitest';
import { converted, refusalOf } from './engine.js';

/**
 * A transform whose completion puts the pages of the destination.
 * @param set how the request is told of the lists
 * @param done the body of the completion, which has `struct aead_request *req`
 */
function transform(set: string, done: string): string {
	return `#include <crypto/aead.h>
#include <linux/scatterlist.h>
#include <linux/uio.h>

struct ibis_ctx {
	struct ibis *ibis;
	u8 iv[12];
	struct scatterlist sg[17];
};

static void ibis_done(void *data, int err)
{
	struct aead_request *req = data;
	struct ibis_ctx *ctx = aead_request_ctx(req);
	struct scatterlist *sg;
	unsigned int n;

${done}	kfree(req);
}

static int ibis_fill(struct iov_iter *to, int length, int *used, struct scatterlist *sgl, int max)
{
	struct page *pages[16];
	size_t off;
	ssize_t copied;
	int i = 0, n = *used;

	copied = iov_iter_get_pages2(to, pages, length, max, &off);
	if (copied <= 0)
		return -EFAULT;
	while (copied) {
		int use = min_t(int, copied, PAGE_SIZE - off);

		sg_set_page(&sgl[n++], pages[i++], use, off);
		off = 0;
		copied -= use;
	}
	*used = n;
	return 0;
}

int ibis_decrypt(struct ibis *ibis, struct iov_iter *to, struct scatterlist *src, int len)
{
	struct aead_request *req;
	struct ibis_ctx *ctx;
	int pages = 0, err;

	req = aead_request_alloc(ibis->tfm, GFP_KERNEL);
	if (!req)
		return -ENOMEM;
	ctx = aead_request_ctx(req);
	ctx->ibis = ibis;
	sg_init_table(ctx->sg, 17);
	err = ibis_fill(to, len, &pages, &ctx->sg[1], 16);
	if (err)
		goto out;
${set}	aead_request_set_callback(req, CRYPTO_TFM_REQ_MAY_BACKLOG, ibis_done, req);
	err = crypto_aead_decrypt(req);
	if (err == -EINPROGRESS)
		return 0;
out:
	for (; pages > 0; pages--)
		put_page(sg_page(&ctx->sg[pages]));
	kfree(req);
	return err;
}
`;
}

const SET = '\taead_request_set_crypt(req, src, ctx->sg, len, ctx->iv);\n';
const each = (release: string) =>
	`\tfor_each_sg(sg_next(req->dst), sg, UINT_MAX, n) {\n\t\tif (!sg)\n\t\t\tbreak;\n\t\t${release}\n\t}\n`;

describe('a completion that gives the pages back by the request', () => {
	test.each([
		['put_page', 'put_page(sg_page(sg));'],
		['folio_put', 'folio_put(page_folio(sg_page(sg)));'],
		['__free_page', '__free_page(sg_page(sg));'],
	])('%s() of a list that nothing here stores may mean these', (name, release) => {
		const own = '\tibis_set(req, src, len);\n';
		expect(refusalOf(transform(own, each(release)))).toBe(`${name}() in ibis_done() releases pages, possibly these`);
	});

	test('is told by the object it has beside', () => {
		const done = `${each('put_page(sg_page(sg));')}\tibis_wake(ctx->ibis);\n`;
		const text = converted(transform(SET, done));
		expect(text).toContain('\tstruct ibis *ibis;\n\tbool need_unpin;\n');
		expect(text).toContain('\tctx->ibis = ibis;\n\tctx->need_unpin = need_unpin;\n');
		expect(text).toContain('\t\tif (ctx->need_unpin)\n\t\t\tunpin_user_page(sg_page(sg));\n');
		expect(text).not.toContain('put_page(');
	});

	test('cannot be told where it knows nothing but the request', () => {
		expect(refusalOf(transform(SET, each('put_page(sg_page(sg));')))).toBe(
			'cannot tell ibis_done() whether the pages are pinned',
		);
	});
});

/**
 * A list that is filled with pages of user space, or with copies.
 * @param free the two arms of the release
 * @param more further functions
 */
function copying(free: string, more = ''): string {
	return `#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/uio.h>

struct skua_cmd {
	struct scatterlist *sgl;
	int count;
	bool copied;
};

struct skua_call {
	struct iov_iter out;
	size_t size;
};

static void skua_release(struct skua_cmd *cmd)
{
	int i;

	for (i = 0; i < cmd->count; i++) {
${free}	}
}

static int skua_copy(struct skua_cmd *cmd, struct iov_iter *iter, struct scatterlist *sg, int count)
{
	struct page *page;
	int i;

	for (i = 0; i < count; i++) {
		page = alloc_page(GFP_KERNEL);
		if (!page)
			goto err;
		sg_set_page(&sg[i], page, PAGE_SIZE, 0);
		copy_page_from_iter(page, 0, PAGE_SIZE, iter);
	}
	cmd->copied = true;
	return 0;
err:
	while (i--)
		__free_page(sg_page(&sg[i]));
	return -ENOMEM;
}

static int skua_map(struct skua_cmd *cmd, struct iov_iter *iter, struct scatterlist *sg)
{
	struct page *pages[16];
	size_t off;
	ssize_t got;
	int n = 0;

	got = iov_iter_get_pages2(iter, pages, SZ_64K, 16, &off);
	if (got <= 0)
		return got;
	for (; got > 0; got -= PAGE_SIZE, n++)
		sg_set_page(&sg[n], pages[n], PAGE_SIZE, 0);
	cmd->count = n;
	return 0;
}

static void skua_get(struct skua_call *call, struct iovec *iov, int nr)
{
	iov_iter_init(&call->out, ITER_SOURCE, iov, nr, call->size);
}
${more}
int skua_handle(struct skua_cmd *cmd, struct device *dev, struct iovec *iov, int nr)
{
	struct skua_call call;
	struct iov_iter iter;
	int err;

	skua_get(&call, iov, nr);
	do {
		if (cmd->sgl == NULL)
			break;
		iter = call.out;
		iov_iter_truncate(&iter, SZ_64K);
	} while (skua_more(cmd));
	err = skua_map(cmd, &iter, cmd->sgl);
	if (err < 0)
		err = skua_copy(cmd, &iter, cmd->sgl, cmd->count);
	if (err == 0)
		dma_map_sg(dev, cmd->sgl, cmd->count, DMA_TO_DEVICE);
	return err;
}

void skua_done(struct skua_cmd *cmd)
{
	skua_release(cmd);
}
`;
}

const ARMS =
	'\t\tif (cmd->copied)\n\t\t\t__free_page(sg_page(&cmd->sgl[i]));\n\t\telse\n\t\t\tput_page(sg_page(&cmd->sgl[i]));\n';

describe('pages of the allocator in the same list', () => {
	test.each([
		['where a test chooses between both releases: it may be out of date, which did not matter before', ARMS, ''],
		['by one release for both', '\t\tput_page(sg_page(&cmd->sgl[i]));\n', ''],
		['by the allocator alone', '\t\t__free_page(sg_page(&cmd->sgl[i]));\n', ''],
		[
			'where pages of the page cache are there as well',
			ARMS,
			'static void skua_cache(struct skua_cmd *cmd, struct address_space *mapping)\n{\n\tsg_set_page(&cmd->sgl[0], find_get_page(mapping, 0), PAGE_SIZE, 0);\n}\n',
		],
	])('are not told apart %s', (_, free, more) => {
		expect(refusalOf(copying(free, more))).toMatch(/also releases other pages/);
	});
});
