/** Pages of two origins in one holder: a field beside them tells which they are, or the conversion is refused. */
import { describe, expect, test } from 'vitest';
import { converted, refusalOf } from './engine.js';

const USER = {
	reference: 'bytes = get_user_pages_fast(addr, 16, FOLL_WRITE, req->pages);',
	iterator: 'bytes = iov_iter_get_pages2(iter, req->pages, SZ_64K, 16, &off);',
};

/** A driver that takes user pages, or bounces through pages of its own; `bounced` tells which. */
function bouncing(take: keyof typeof USER, tells = 'req->bounced', users = ''): string {
	return `#include <linux/mm.h>
#include <linux/uio.h>

struct heron_req {
	struct device *dev;
	struct page *pages[16];
	dma_addr_t dma[16];
	unsigned int nr;
	bool bounced;
};

static int heron_map(struct heron_req *req, struct iov_iter *iter, unsigned long addr)
{
	size_t off = 0;
	ssize_t bytes;

	${USER[take]}
	if (bytes <= 0)
		return bytes < 0 ? bytes : -EFAULT;
	req->nr = DIV_ROUND_UP(bytes + off, PAGE_SIZE);
	${tells} = false;
	return 0;
}

static int heron_bounce(struct heron_req *req, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		req->pages[i] = alloc_page(GFP_KERNEL);
		if (!req->pages[i])
			goto err;
	}
	req->nr = nr;
	req->bounced = true;
	return 0;
err:
	while (i--)
		__free_page(req->pages[i]);
	return -ENOMEM;
}

static void heron_release(struct heron_req *req)
{
	unsigned int i;

	for (i = 0; i < req->nr; i++) {
		if (req->bounced)
			__free_page(req->pages[i]);
		else
			put_page(req->pages[i]);
	}
	req->nr = 0;
}

${users}
int heron_write(struct heron_req *req, struct iov_iter *iter, unsigned long addr)
{
	unsigned int i;
	int ret;

	if (addr & 511)
		ret = heron_bounce(req, 4);
	else
		ret = heron_map(req, iter, addr);
	if (ret)
		return ret;
	for (i = 0; i < req->nr; i++)
		req->dma[i] = dma_map_page(req->dev, req->pages[i], 0, PAGE_SIZE, DMA_BIDIRECTIONAL);
	for (i = 0; i < req->nr; i++)
		dma_unmap_page(req->dev, req->dma[i], PAGE_SIZE, DMA_BIDIRECTIONAL);
	heron_release(req);
	return 0;
}
`;
}

const MIXED = /also releases other pages/;

describe('pages that a field tells from others', () => {
	test('are pinned and unpinned, the others are freed as before', () => {
		const text = converted(bouncing('reference'));
		expect(text).toContain('pin_user_pages_fast(addr, 16, FOLL_WRITE');
		expect(text).toContain('\t\tif (req->bounced)\n\t\t\t__free_page(req->pages[i]);\n\t\telse\n\t\t\tunpin_user_page');
		expect(text).toContain('\twhile (i--)\n\t\t__free_page(req->pages[i]);');
		expect(text).not.toMatch(/\bput_page/);
	});

	test('of an iterator are unpinned where it pins; what tells that stands beside the field', () => {
		const text = converted(bouncing('iterator'));
		expect(text).toContain('\treq->bounced = false;\n\treq->need_unpin = need_unpin;\n');
		expect(text).toContain(
			'\t\t\t__free_page(req->pages[i]);\n\t\telse if (req->need_unpin)\n\t\t\tunpin_user_page(req->pages[i]);',
		);
	});

	test.each([
		[
			'a constant',
			['struct heron_req {', 'enum heron_kind { HERON_USER, HERON_OWN };\n\nstruct heron_req {'],
			['bool bounced', 'enum heron_kind kind'],
			['bounced = false', 'kind = HERON_USER'],
			['bounced = true', 'kind = HERON_OWN'],
			['(req->bounced)', '(req->kind == HERON_OWN)'],
		],
		[
			'a pointer',
			['bool bounced', 'void *own'],
			['bounced = false', 'own = NULL'],
			['bounced = true', 'own = &req->nr'],
			['(req->bounced)', '(req->own != NULL)'],
		],
		['a bit', ['bool bounced', 'u32 bounced:1'], ['bounced = false', 'bounced = 0'], ['bounced = true', 'bounced = 1']],
		[
			'its negation',
			['bounced = false', 'ours = true'],
			['bounced = true', 'ours = false'],
			['bool bounced', 'bool ours'],
			['(req->bounced)', '(!req->ours)'],
		],
	] as const)('are told by %s', (_, ...changes) => {
		const text = changes.reduce(
			(now: string, [from, to]) => now.replaceAll(from as string, to as string),
			bouncing('reference'),
		);
		expect(converted(text)).toMatch(/else\n\t\t\tunpin_user_page\(/);
	});

	test.each([
		['is not set where user pages are taken', ['\treq->bounced = false;\n', '']],
		['is set on one path only', ['\treq->bounced = false;', '\tif (off)\n\t\treq->bounced = false;']],
		['is set to what is not known', ['req->bounced = false;', 'req->bounced = heron_mode();']],
		['is set to the other value', ['req->bounced = false;', 'req->bounced = true;']],
		['is not set where own pages are stored', ['\treq->bounced = true;\n', '']],
		['is set before some of them are lost', ['\twhile (i--)\n\t\t__free_page(req->pages[i]);\n', '']],
		['is that of another object', ['req->bounced = true;', 'other->bounced = true;']],
		[
			'is cleared while own pages may be held',
			['\treq->nr = nr;\n\treq->bounced = true;', '\treq->nr = nr;\n\treq->bounced = true;\n\treq->bounced = false;'],
		],
		['is changed through a pointer', ['\treq->nr = nr;', '\theron_count(&req->bounced);\n\treq->nr = nr;']],
		['does not decide each release', ['\t\tif (req->bounced)\n\t\t\t__free_page(req->pages[i]);\n\t\telse\n', '']],
	] as const)('are not converted where the field %s', (_, [from, to]) => {
		const text = bouncing('reference').replace(from, to);
		expect(text).not.toBe(bouncing('reference'));
		expect(refusalOf(text)).toMatch(MIXED);
	});

	test.each([
		['clears the field alone', 'void heron_reset(struct heron_req *req)\n{\n\treq->bounced = false;\n}\n'],
		['sets the field alone', 'void heron_reset(struct heron_req *req)\n{\n\treq->bounced = true;\n}\n'],
		[
			'stores one more page',
			'void heron_more(struct heron_req *req)\n{\n\treq->pages[req->nr++] = alloc_page(GFP_KERNEL);\n}\n',
		],
		['releases without asking', 'void heron_drop(struct heron_req *req)\n{\n\tput_page(req->pages[0]);\n}\n'],
	])('are not converted where another function %s', (_, more) => {
		expect(refusalOf(bouncing('reference', undefined, more))).toMatch(MIXED);
	});
});

/** A state on the stack with the iterator and the page it is at, which may be one of a pipe: as fs/fuse/dev.c has it. */
function copying(release = 'put_page(cs->pg);', more = ''): string {
	return `#include <linux/mm.h>
#include <linux/uio.h>

struct teal_state {
	struct iov_iter *iter;
	struct pipe_buffer *pipebufs;
	struct pipe_buffer *currbuf;
	struct page *pg;
	unsigned int len;
};

static void teal_init(struct teal_state *cs, struct iov_iter *iter)
{
	memset(cs, 0, sizeof(*cs));
	cs->iter = iter;
}

static void teal_finish(struct teal_state *cs)
{
	if (cs->currbuf) {
		cs->currbuf->len = cs->len;
		cs->currbuf = NULL;
	} else if (cs->pg) {
		set_page_dirty_lock(cs->pg);
		${release}
	}
	cs->pg = NULL;
}

static int teal_fill(struct teal_state *cs)
{
	struct page *page;
	size_t off;
	ssize_t err;

	teal_finish(cs);
	if (cs->pipebufs) {
		struct pipe_buffer *buf = cs->pipebufs;

		page = alloc_page(GFP_KERNEL);
		if (!page)
			return -ENOMEM;
		buf->page = page;
		buf->len = 0;
		cs->currbuf = buf;
		cs->pg = page;
		return 0;
	}
	err = iov_iter_get_pages2(cs->iter, &page, PAGE_SIZE, 1, &off);
	if (err < 0)
		return err;
	if (!err)
		return -EIO;
	cs->len = err;
	cs->pg = page;
	return 0;
}
${more}
ssize_t teal_read(struct kiocb *iocb, struct iov_iter *to)
{
	struct teal_state cs;
	int err;

	teal_init(&cs, to);
	err = teal_fill(&cs);
	if (!err)
		memset(kmap_local_page(cs.pg), 0, cs.len);
	teal_finish(&cs);
	return err;
}

ssize_t teal_splice(struct pipe_buffer *bufs)
{
	struct teal_state cs;
	int err;

	teal_init(&cs, NULL);
	cs.pipebufs = bufs;
	err = teal_fill(&cs);
	teal_finish(&cs);
	if (err)
		put_page(bufs->page);
	return err;
}
`;
}

describe('a page of an iterator that the object keeps', () => {
	test('is released by what the iterator says', () => {
		const text = converted(copying());
		expect(text).toContain('\t\tif (iov_iter_extract_will_pin(cs->iter))\n\t\t\tunpin_user_page(cs->pg);\n');
		expect(text).toContain('\t\tput_page(bufs->page);');
	});

	const UNSEEN = `
static void teal_drop(struct teal_args *args)
{
	put_page(args->page);
}

void teal_end(struct teal_args *args)
{
	teal_drop(args);
}
`;

	test('goes to nobody else, so that a release of pages of unseen origin is not its own', () => {
		expect(converted(copying(undefined, UNSEEN))).toContain('\tput_page(args->page);');
	});

	test.each([
		[
			'the object gets another iterator',
			'void teal_again(struct teal_state *cs, struct iov_iter *iter)\n{\n\tcs->iter = iter;\n}\n',
		],
		[
			'the object outlives the function',
			'static struct teal_state *teal_new(struct iov_iter *iter)\n{\n\tstruct teal_state *cs = kzalloc(sizeof(*cs), GFP_KERNEL);\n\n\tif (cs)\n\t\tteal_init(cs, iter);\n\treturn cs;\n}\n',
		],
		[
			'own pages are stored without the buffer',
			'void teal_own(struct teal_state *cs)\n{\n\tcs->pg = alloc_page(GFP_KERNEL);\n}\n',
		],
		[
			'a function that is not seen gets the object, and pages of unseen origin are released',
			`${UNSEEN}int teal_more(void)\n{\n\tstruct teal_state cs;\n\n\tteal_init(&cs, NULL);\n\treturn teal_hand_over(&cs);\n}\n`,
		],
		[
			'the object is stored, and pages of unseen origin are released',
			`${UNSEEN}void teal_file(struct teal_log *log)\n{\n\tstruct teal_state cs;\n\n\tteal_init(&cs, NULL);\n\tlog->state = &cs;\n}\n`,
		],
		[
			'an object comes from a pointer without a type, and pages of unseen origin are released',
			`${UNSEEN}void teal_close(struct file *file)\n{\n\tstruct teal_state *cs = file->private_data;\n\n\tteal_finish(cs);\n}\n`,
		],
		[
			'the page is copied, and pages of unseen origin are released',
			`${UNSEEN}void teal_keep(struct teal_state *cs, struct teal_log *log)\n{\n\tlog->private = cs->pg;\n}\n`,
		],
	])('is not converted where %s', (_, more) => {
		expect(refusalOf(copying(undefined, more))).toBeDefined();
	});
});
