import { describe, expect, test } from 'vitest';
import { converted, refusalOf } from './engine.js';

/** One page of an iterator that a device fills, within one call. */
const ONE = `#include <linux/uio.h>
#include <linux/dma-mapping.h>

static int godwit_read(struct godwit *gw, struct iov_iter *iter)
{
	struct page *page;
	size_t off;
	ssize_t got;

	got = iov_iter_get_pages2(iter, &page, PAGE_SIZE, 1, &off);
	if (got <= 0)
		return got;
	godwit_dma(gw, dma_map_page(gw->dev, page, off, got, DMA_FROM_DEVICE));
	set_page_dirty_lock(page);
	put_page(page);
	return 0;
}
`;

/** Pages that wait in an object until the device is done. */
const OBJECT = `#include <linux/uio.h>
#include <linux/dma-mapping.h>

struct godwit_req {
	struct page **pages;
	unsigned int nr;	/* of pages */
	bool dirty;
};

static int godwit_map(struct godwit_req *req, struct device *dev, struct iov_iter *iter)
{
	size_t off;
	ssize_t got = iov_iter_get_pages_alloc2(iter, &req->pages, SZ_1M, &off);

	if (got < 0)
		return got;
	req->nr = DIV_ROUND_UP(got + off, PAGE_SIZE);
	req->dirty = iov_iter_rw(iter) == ITER_DEST;
	dma_map_page(dev, req->pages[0], off, got, DMA_FROM_DEVICE);
	return 0;
}

static void godwit_unmap(struct godwit_req *req)
{
	unsigned int i;

	for (i = 0; i < req->nr; i++) {
		if (req->dirty)
			set_page_dirty_lock(req->pages[i]);
		put_page(req->pages[i]);
	}
	kvfree(req->pages);
}
`;

/** The result of the call goes to a field of the object. */
const FIELD = `#include <linux/mm.h>
#include <linux/uio.h>

struct knot_io {
	struct device *dev;
	struct page **pages;
	ssize_t len;
	size_t base;
	unsigned int nr;
};

static int knot_map(struct knot_io *io, struct iov_iter *iter)
{
	io->len = iov_iter_get_pages_alloc2(iter, &io->pages, SZ_1M, &io->base);
	if (io->len <= 0)
		return -EFAULT;
	io->nr = DIV_ROUND_UP(io->len + io->base, PAGE_SIZE);
	return 0;
}

static void knot_unmap(struct knot_io *io)
{
	unsigned int i;

	for (i = 0; i < io->nr; i++)
		put_page(io->pages[i]);
	kvfree(io->pages);
	io->pages = NULL;
}

ssize_t knot_write(struct knot_io *io, unsigned long buf, size_t len)
{
	struct iov_iter iter;
	int ret;

	ret = import_ubuf(ITER_SOURCE, (void __user *)buf, len, &iter);
	if (ret)
		return ret;
	ret = knot_map(io, &iter);
	if (ret)
		return ret;
	memcpy_from_page(io->dev, io->pages[0], io->base, io->len);
	knot_unmap(io);
	return len;
}
`;

describe('iov_iter_get_pages2()', () => {
	test('becomes an extraction whose answer is asked before the iterator moves, and guards the release alone', () => {
		expect(converted(ONE)).toBe(
			ONE.replace(
				'\tstruct page *page;\n',
				'\tbool need_unpin = iov_iter_extract_will_pin(iter);\n\tstruct page *page;\n\tstruct page **pages = &page;\n',
			)
				.replace(
					'iov_iter_get_pages2(iter, &page, PAGE_SIZE, 1, &off)',
					'iov_iter_extract_pages(iter, &pages, PAGE_SIZE, 1, 0, &off)',
				)
				.replace('\tput_page(page);', '\tif (need_unpin)\n\t\tunpin_user_page(page);'),
		);
	});

	test('needs no answer where only user pages come: the function makes the iterator itself', () => {
		const text = ONE.replace('struct iov_iter *iter)', 'void __user *buf, size_t len)')
			.replace('\tsize_t off;\n', '\tstruct iov_iter iter;\n\tsize_t off;\n')
			.replace(
				'\tgot = iov_iter_get_pages2(iter',
				'\tiov_iter_ubuf(&iter, ITER_DEST, buf, len);\n\tgot = iov_iter_get_pages2(&iter',
			);
		const after = converted(text);
		expect(after).toContain('iov_iter_extract_pages(&iter, &pages, PAGE_SIZE, 1, 0, &off)');
		expect(after).toContain('\tset_page_dirty_lock(page);\n\tunpin_user_page(page);\n');
		expect(after).not.toContain('will_pin');
	});

	test('does not ask an iterator that is not there', () => {
		const text = ONE.replace('\tgot = iov', '\tif (!iter)\n\t\treturn -EINVAL;\n\tgot = iov');
		expect(converted(text)).toContain('bool need_unpin = iter && iov_iter_extract_will_pin(iter);');
	});

	test('passes the address of the variable that holds the array already', () => {
		const text = ONE.replace('\tstruct page *page;\n', '')
			.replace('struct iov_iter *iter)', 'struct iov_iter *iter, struct page **array)')
			.replace('&page, PAGE_SIZE, 1', 'array, PAGE_SIZE, 1')
			.replaceAll(/\bpage(?=[,)])/g, 'array[0]');
		expect(converted(text)).toContain('iov_iter_extract_pages(iter, &array, PAGE_SIZE, 1, 0, &off)');
	});
});

describe('iov_iter_get_pages_alloc2()', () => {
	test('keeps the answer behind the field where a bool may not be there', () => {
		const after = converted(
			OBJECT.replace('\tbool dirty;\n', '\tbool dirty;\n#ifdef CONFIG_X\n\tbool traced;\n#endif\n'),
		);
		expect(after).toContain('\tunsigned int nr;\t/* of pages */\n\tbool need_unpin;\n');
	});

	test('keeps the answer in the object, starts without an array, and frees it after a failure', () => {
		const after = converted(OBJECT);
		expect(after).toContain('\tbool dirty;\n\tbool need_unpin;\n');
		expect(after).toContain('\tbool need_unpin = iov_iter_extract_will_pin(iter);\n');
		expect(after).toMatch(
			/\tssize_t got;\n\n\treq->pages = NULL;\n\tgot = iov_iter_extract_pages\(iter, &req->pages, SZ_1M, INT_MAX, 0,\s+&off\);\n\tif/,
		);
		expect(after).toContain(
			'\tif (got < 0) {\n\t\tkvfree(req->pages);\n\t\treq->pages = NULL;\n\t\treturn got;\n\t}\n',
		);
		expect(after).toContain('\treq->need_unpin = need_unpin;\n');
		expect(after).toContain('\t\tif (req->need_unpin)\n\t\t\tunpin_user_page(req->pages[i]);\n');
	});

	const inField = (test: string): string => FIELD.replace('io->len <= 0', test);

	test.each(['io->len <= 0', 'unlikely(io->len < 0)', 'io -> len < 0'])(
		'keeps its result in a field, whose test "%s" is the error path',
		(test) => {
			const after = converted(inField(test));
			expect(after).toContain('\tio->pages = NULL;\n\tio->len = iov_iter_extract_pages(');
			expect(after).toContain(`\tif (${test}) {\n\t\tkvfree(io->pages);\n\t\tio->pages = NULL;\n\t\treturn -EFAULT;\n`);
			expect(after).toContain('\t\tunpin_user_page(io->pages[i]);\n');
		},
	);

	test.each(['io->nr <= 0', 'last->len < 0', 'io->len < 0 || io->nr < 0'])(
		'is refused where "%s" is tested instead of its result',
		(test) => {
			expect(refusalOf(inField(test))).toMatch(/has no error path|no later release/);
		},
	);

	const ONLY = OBJECT.replace(
		' {\n\t\tif (req->dirty)\n\t\t\tset_page_dirty_lock(req->pages[i]);\n\t\tput_page(req->pages[i]);\n\t}',
		'\n\t\tfolio_put(page_folio(req->pages[i]));',
	);

	test('asks once, before a loop that does nothing but release', () => {
		const loop =
			'\tif (req->need_unpin) {\n\t\tfor (i = 0; i < req->nr; i++)\n\t\t\tunpin_user_page(req->pages[i]);\n\t}\n';
		expect(converted(ONLY)).toContain(loop);
	});

	test.each([
		['a loop whose index is used behind it', ONLY.replace('\tkvfree(', '\ttrace_godwit(i);\n\tkvfree(')],
		['a loop with a comment', ONLY.replace('\t\tfolio_put(', '\t\t/* all of them */\n\t\tfolio_put(')],
		[
			'a loop that counts down',
			ONLY.replace('for (i = 0; i < req->nr; i++)', 'for (i = req->nr; i-- > 0; )').replace(
				'unsigned int i;',
				'unsigned int i = 0;',
			),
		],
	])('asks in %s', (_, text) => {
		expect(text).not.toBe(ONLY);
		const asked = converted(text);
		expect(asked).toMatch(
			/\t\tif \(req->need_unpin\)\n\t\t\tunpin_user_page\(|\tif \(req->need_unpin\) \{\n\t\tfor \(i = req->nr;/,
		);
	});

	test('leaves the array to a kernel that frees it itself after a failure', () => {
		const after = converted(OBJECT, { kernel: '7.3' });
		expect(after).toContain('\treq->pages = NULL;\n\tgot = iov_iter_extract_pages(');
		expect(after).toContain('\tif (got < 0)\n\t\treturn got;\n');
		expect(after).not.toContain('kvfree(req->pages);\n\t\treq->pages');
		// of nothing, the kinds of iterators do not all free it
		expect(converted(OBJECT.replace('got < 0', 'got <= 0'), { kernel: '7.3' })).toContain(
			'kvfree(req->pages);\n\t\treq',
		);
	});

	test('reaches an object that lies on the stack', () => {
		const text = OBJECT.replace('struct godwit_req *req, struct device *dev', 'struct device *dev')
			.replace(
				'\tsize_t off;\n\tssize_t got =',
				'\tstruct godwit_req req = {};\n\tsize_t off;\n\tssize_t got;\n\n\tgot =',
			)
			.replace(/static int godwit_map[\s\S]*?\n}/, (fn) =>
				fn.replaceAll('req->', 'req.').replace('\treturn 0;', '\tgodwit_unmap(&req);\n\treturn 0;'),
			);
		const moved = text.replace(/(static int godwit_map[\s\S]*?\n}\n)\n([\s\S]*)/, '$2\n$1');
		const after = converted(moved);
		expect(after).toContain('\treq.need_unpin = need_unpin;\n');
		expect(after).toContain('if (req->need_unpin)\n');
	});

	test('is refused where nothing frees the array after a failure', () => {
		const text = OBJECT.replace('\tif (got < 0)\n\t\treturn got;\n', '');
		expect(refusalOf(text)).toMatch(/has no error path/);
	});

	test('is refused where the answer does not get to the release', () => {
		const text = OBJECT.replace('struct godwit_req {', 'struct godwit_other {');
		expect(refusalOf(text)).toMatch(/^cannot tell godwit_unmap\(\) whether the pages are pinned/);
	});
});
