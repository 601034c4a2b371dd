import { describe, expect, test } from 'vitest';
import { offersOf, refusalOf } from './engine.js';

/** A driver that keeps user pages in a buffer until it is told to let go. */
const KEEPER = `#include <linux/mm.h>
#include <linux/slab.h>

struct curlew_buf {
	struct page **pages;
	unsigned int nr;
	void *vaddr;
};

static int curlew_map(struct curlew_buf *buf, unsigned long addr)
{
	int got;

	got = get_user_pages_fast(addr, buf->nr, FOLL_WRITE, buf->pages);
	if (got < 0)
		return got;
	if (got != buf->nr) {
		release_pages(buf->pages, got);
		return -EFAULT;
	}
	buf->vaddr = vmap(buf->pages, buf->nr, VM_MAP, PAGE_KERNEL);
	return 0;
}

static void curlew_unmap(struct curlew_buf *buf)
{
	vunmap(buf->vaddr);
	release_pages(buf->pages, buf->nr);
}
`;

const above = (text: string, line: string, added: string): string => text.replace(line, `${added}\n${line}`);
const VMAP = '\tbuf->vaddr = vmap(';

describe('a conversion is refused', () => {
	test.each([
		[
			'where a second reference is taken',
			above(KEEPER, VMAP, '\tget_page(buf->pages[0]);'),
			/^get_page\(\) in curlew_map\(\) takes a second reference/,
		],
		[
			'where the number of references is looked at',
			above(KEEPER, VMAP, '\tif (page_count(buf->pages[0]) > 1)\n\t\tbuf->shared = true;'),
			/^page_count\(\) in curlew_map\(\) reads the refcount/,
		],
		[
			'where a function in no file that is seen gets them',
			above(KEEPER, VMAP, '\tcurlew_hw_attach(buf->pages, buf->nr);'),
			/^curlew_hw_attach\(\) gets the pages/,
		],
		[
			'where a callback gets them',
			above(KEEPER, VMAP, '\tbuf->ops->attach(buf->pages, buf->nr);'),
			/gets the pages and may keep/,
		],
		[
			'where a release has not got all of its arguments',
			KEEPER.replace('release_pages(buf->pages, buf->nr)', 'release_pages(buf->pages)'),
			/^release_pages\(\) in curlew_unmap\(\) is called with the wrong number of arguments/,
		],
		[
			'where nothing is seen to give them back',
			KEEPER.replaceAll(/\t+release_pages\(.*\n/g, ''),
			/^no release of these pages was found/,
		],
		[
			'where pages of another origin are given back in the same place',
			above(KEEPER, '\tgot = get', '\tif (!addr) {\n\t\tbuf->pages[0] = alloc_page(GFP_KERNEL);\n\t\treturn 0;\n\t}'),
			/also releases other pages/,
		],
		[
			'where the pages are left to callers that are not seen',
			KEEPER.replace(
				'static int curlew_map(struct curlew_buf *buf, unsigned long addr)',
				'int curlew_map(struct curlew_buf *buf, unsigned long addr, struct page **pages)',
			)
				.replaceAll('buf->pages', 'pages')
				.replace(
					'static void curlew_unmap(struct curlew_buf *buf)',
					'static void curlew_unmap(struct curlew_buf *buf, struct page **pages)',
				),
			/^release_pages\(\) in curlew_unmap\(\) releases pages, possibly these/,
		],
		[
			'where only a return path of the acquiring function releases them',
			KEEPER.replace('\trelease_pages(buf->pages, buf->nr);', ''),
			/^curlew_map\(\) returns with pages held/,
		],
		[
			'where only a helper of that function does',
			KEEPER.replace('\trelease_pages(buf->pages, buf->nr);', '')
				.replace('\t\trelease_pages(buf->pages, got);', '\t\tcurlew_drop(buf->pages, got);')
				.replace(
					'static int',
					'static void curlew_drop(struct page **pages, int nr)\n{\n\trelease_pages(pages, nr);\n}\n\nstatic int',
				),
			/^curlew_map\(\) returns with pages held/,
		],
		[
			'where an arm of an #if that is not read gives pages back',
			KEEPER.replace(
				'\tvunmap(buf->vaddr);',
				'#ifdef CONFIG_CURLEW\n\tvunmap(buf->vaddr);\n#else\n\tput_page(buf->pages[0]);\n#endif',
			),
			/releases pages in an #if branch/,
		],
		[
			'where a function that has the field does so in such an arm alone',
			`${KEEPER}
static void curlew_reset(struct curlew_buf *buf)
{
#ifdef CONFIG_CURLEW
	buf->vaddr = NULL;
#else
	release_pages(buf->pages, buf->nr);
#endif
}
`,
			/^curlew_reset\(\) releases pages in an #if branch/,
		],
		[
			'where a macro gives pages back',
			KEEPER.replace(
				'struct curlew_buf {',
				'#define curlew_drop(buf) \\\n\trelease_pages((buf)->pages, (buf)->nr)\n\nstruct curlew_buf {',
			),
			/^the macro curlew_drop calls release_pages\(\)/,
		],
		[
			'where release_pages() may get an error for a number',
			KEEPER.replace('\tif (got < 0)\n\t\treturn got;\n', ''),
			/may be passed an errno as count/,
		],
		[
			'where a bio gives its pages back',
			above(KEEPER, VMAP, '\tbio_add_page(buf->bio, buf->pages[0], PAGE_SIZE, 0);\n\tsubmit_bio(buf->bio);').replace(
				'\tvunmap(buf->vaddr);',
				'\tvunmap(buf->vaddr);\n\tbio_release_pages(buf->bio, true);',
			),
			/^bio_release_pages\(\) in curlew_unmap\(\) releases pages of an object/,
		],
		[
			'where a page is given back by its address',
			KEEPER.replace('\trelease_pages(buf->pages, buf->nr);', '\tput_page(vmalloc_to_page(buf->vaddr));'),
			/releases a page by its address/,
		],
	])('%s', (_, text, reason) => {
		expect(refusalOf(text)).toMatch(reason);
	});

	test('where a function of another file gives pages of the same field back in a way that is not followed', () => {
		const files = {
			'drivers/misc/curlew.c': `int curlew_late(struct curlew_buf *buf)
{
	while (buf->nr--)
		curlew_free_page(buf->pages[buf->nr]);
	return 0;
}
`,
		};
		expect(refusalOf(KEEPER, { files })).toMatch(/curlew/);
	});

	test('for an iterator where this kernel has nothing to put in place', () => {
		const text = `#include <linux/uio.h>

static int stint_read(struct stint *st, struct iov_iter *iter)
{
	struct page *page;
	size_t off;
	ssize_t got = iov_iter_get_pages2(iter, &page, PAGE_SIZE, 1, &off);

	if (got <= 0)
		return got;
	dma_map_page(st->dev, page, off, got, DMA_FROM_DEVICE);
	put_page(page);
	return 0;
}
`;
		expect(refusalOf(text, { kernel: '6.1' })).toMatch(/added in 6\.3/);
	});
});

describe('a conversion is never offered', () => {
	test('to a user that is told by an MMU notifier', () => {
		const text = `${KEEPER}
static bool curlew_invalidate(struct mmu_interval_notifier *mni, const struct mmu_notifier_range *range,
			      unsigned long seq)
{
	struct curlew_buf *buf = container_of(mni, struct curlew_buf, notifier);

	mmu_interval_set_seq(mni, seq);
	curlew_unmap(buf);
	return true;
}

static const struct mmu_interval_notifier_ops curlew_mn_ops = {
	.invalidate = curlew_invalidate,
};

static int curlew_register(struct curlew_buf *buf, unsigned long addr)
{
	return mmu_interval_notifier_insert(&buf->notifier, current->mm, addr, PAGE_SIZE, &curlew_mn_ops);
}
`;
		expect(offersOf(text)).toEqual([]);
	});

	test('to pages that move into an skb', () => {
		const text = above(KEEPER, VMAP, '\tskb_fill_page_desc(buf->skb, 0, buf->pages[0], 0, PAGE_SIZE);');
		expect(refusalOf(text)).toBe(
			'ownership transferred: skb_fill_page_desc() transfers them to skb fragments, whose owner puts them',
		);
	});

	test('where pages are pinned already', () => {
		const text = KEEPER.replace('get_user_pages_fast', 'pin_user_pages_fast').replaceAll(
			'release_pages',
			'unpin_user_pages',
		);
		expect(offersOf(text)).toEqual([]);
	});
});
