/** Whoever else may have a hand in the pages, however it is written: a release that is left behind gives back a pin as a reference. */
import { describe, expect, test } from 'vitest';
import { converted, offersOf, refusalOf } from './engine.js';

/** A driver that keeps pages in an object; `more` is one more function of it, which "stint_more(stint)" calls. */
function keeping(more: string, map = ''): string {
	return `#include <linux/mm.h>

struct stint {
	struct page **pages;
	unsigned int nr;
	dma_addr_t dma;
	unsigned long cookie;
	struct list_head list;
	struct page *spare;
};
typedef struct stint stint_t;
#define to_stint(node) container_of(node, struct stint, list)
#define STINT_PAGE(stint, i) ((stint)->pages[i])

static int stint_map(struct device *dev, struct stint *stint, unsigned long addr)
{
	int got = get_user_pages_fast(addr, stint->nr, FOLL_WRITE, stint->pages);

	if (got != stint->nr) {
		if (got > 0)
			release_pages(stint->pages, got);
		return -EFAULT;
	}
${map}	stint->dma = dma_map_page(dev, stint->pages[0], 0, PAGE_SIZE, DMA_FROM_DEVICE);
	return 0;
}

static void stint_unmap(struct stint *stint)
{
	release_pages(stint->pages, stint->nr);
}

${more}
long stint_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct stint *stint = file->private_data;

	if (cmd == STINT_UNMAP)
		stint_unmap(stint);
	if (cmd == STINT_MORE)
		stint_more(stint);
	return stint_map(stint->dev, stint, arg);
}
`;
}

const NOTHING = 'static void stint_more(struct stint *stint)\n{\n}\n';

test('without any, the driver is converted', () => {
	expect(converted(keeping(NOTHING))).not.toMatch(/get_user_pages|release_pages\((?!.*unpin)/);
});

const MAYBE = /releases pages, possibly these/;

describe('a conversion is refused for', () => {
	test.each([
		['an array behind a void pointer', 'void *data)\n{\n\tstruct page **pages = data;\n\n\tput_page(pages[0]);', MAYBE],
		['a frame number', 'unsigned long pfn)\n{\n\tstruct page *page = pfn_to_page(pfn);\n\n\tput_page(page);', MAYBE],
		[
			'a physical address',
			'struct stint *stint)\n{\n\tstruct page *page = phys_to_page(stint->dma);\n\n\tput_page(page);',
			MAYBE,
		],
		['a number that is cast', 'struct stint *stint)\n{\n\tput_page((struct page *)stint->cookie);', MAYBE],
		['a macro that leads to the page', 'struct stint *stint)\n{\n\tput_page(STINT_PAGE(stint, 0));', MAYBE],
		['an object behind a macro', 'struct list_head *node)\n{\n\tput_page(to_stint(node)->pages[0]);', MAYBE],
		[
			'a list of the pages themselves',
			'struct stint *stint)\n{\n\tstruct page *page, *next;\n\n\tlist_for_each_entry_safe(page, next, &stint->list, lru) {\n\t\tlist_del(&page->lru);\n\t\tput_page(page);\n\t}',
			MAYBE,
		],
		[
			'memory that is freed by the address of the page',
			'struct stint *stint)\n{\n\tfree_page((unsigned long)page_address(stint->pages[0]));',
			/^free_page\(\) in stint_more\(\) frees a page by its address/,
		],
		[
			'a fault handler that hands them out',
			'struct vm_fault *vmf)\n{\n\tstruct stint *stint = vmf->vma->vm_private_data;\n\n\tvmf->page = stint->pages[vmf->pgoff];\n\tstint->pages[vmf->pgoff] = NULL;',
			/^ownership transferred/,
		],
	])('%s', (_, more, reason) => {
		expect(refusalOf(keeping(`static void stint_more(${more}\n}\n`))).toMatch(reason);
	});

	test.each([
		[
			'a page of another owner in the array',
			'\tget_page(stint->spare);\n\tstint->pages[0] = stint->spare;\n',
			/also releases other pages/,
		],
		[
			'the zero page in the array',
			'\tget_page(ZERO_PAGE(0));\n\tstint->pages[0] = ZERO_PAGE(0);\n',
			/zero-page reference/,
		],
		['references counted by hand', '\tatomic_inc(&stint->pages[0]->_refcount);\n', /refcount is modified directly/],
	])('%s', (_, map, reason) => {
		expect(refusalOf(keeping(NOTHING, map))).toMatch(reason);
	});

	test('a macro that takes references', () => {
		const macro = '#define stint_hold(stint) get_page((stint)->pages[0])\n';
		expect(refusalOf(keeping(macro + NOTHING))).toMatch(/^the macro stint_hold calls get_page\(\)/);
	});

	test('a number that may be an error: in an unsigned field, through another variable', () => {
		const text = keeping(NOTHING);
		const field = text
			.replace('int got = get', 'stint->nr = get')
			.replace(
				'if (got != stint->nr) {\n\t\tif (got > 0)\n\t\t\trelease_pages(stint->pages, got);',
				'if (stint->nr != 16) {\n\t\tstint_unmap(stint);',
			)
			.replace('static int stint_map', 'static void stint_unmap(struct stint *stint);\nstatic int stint_map');
		expect(refusalOf(field)).toMatch(/may be passed an errno as count/);
		const other = text
			.replace('\tif (got != stint->nr) {\n\t\tif (got > 0)\n', '\tint all = got;\n\n\tif (got != stint->nr) {\n')
			.replace('pages, got)', 'pages, all)');
		expect(refusalOf(other)).toMatch(/may be passed an errno as count/);
	});

	test('an MMU notifier in the file beside, a type of another name, a macro of a header', () => {
		const there = (path: string, code: string) =>
			refusalOf(keeping(NOTHING), { files: { [`drivers/misc/${path}`]: code } });
		const callback =
			'static bool stint_invalidate(struct mmu_interval_notifier *mni, const struct mmu_notifier_range *range, unsigned long seq)\n{\n\tstruct stint *stint = container_of(mni, struct stint, mni);\n\n\tstint_stop(stint);\n\treturn true;\n}\n';
		expect(there('notifier.c', callback)).toMatch(/has an MMU notifier/);
		expect(there('flush.c', 'void stint_flush(stint_t *stint)\n{\n\tput_page(stint->pages[0]);\n}\n')).toMatch(
			/stint_flush\(\)/,
		);
		expect(
			there('stint.h', 'struct stint;\n#define stint_drop(stint) release_pages((stint)->pages, (stint)->nr)\n'),
		).toMatch(/stint_drop\(\) of drivers\/misc\/stint\.h/);
	});
});

/** A loop of its own that is not folded because `rest` needs its index, or what stands between is not known. */
function looping(before: string, body: string, rest = ''): string {
	return `#include <linux/mm.h>
#define plover_note(pl) pr_info("%d of %d\\n", i, (pl)->nr)

static int plover_fill(struct plover *pl, unsigned long addr)
{
	struct page *pages[16];
	int i = 0, got, tries = 3;

${before}	got = get_user_pages_fast(addr, 16, FOLL_WRITE, pages);
	if (got < 0)
		return got;
	dma_map_page(pl->dev, pages[0], 0, PAGE_SIZE, DMA_FROM_DEVICE);
	for (i = 0; i < got; i++) {
${body}	}
${rest}	return 0;
}
`;
}

describe('a loop stays a loop', () => {
	const put = '\t\tput_page(pages[i]);\n';
	test.each([
		['where a macro names the index', '', '\tplover_note(pl);\n'],
		[
			'where the index decides how to begin again',
			'again:\n\taddr += i * PAGE_SIZE;\n',
			'\tif (tries--)\n\t\tgoto again;\n',
		],
	])('%s', (_, before, rest) => {
		expect(converted(looping(before, put, rest))).toContain('\t\tunpin_user_pages_dirty_lock(&pages[i], 1, true);\n');
	});

	test('and a page is marked as before, where its lock is held or may be', () => {
		const locked = looping(
			'',
			`\t\tlock_page(pages[i]);\n\t\tset_page_dirty(pages[i]);\n${put}\t\tunlock_page(pages[i]);\n`,
		);
		expect(converted(locked)).toContain('\t\tset_page_dirty(pages[i]);\n\t\tunpin_user_page(pages[i]);\n');
	});

	test('and a page is marked as before where a caller has its lock', () => {
		const helped = looping('', '\t\tlock_page(pages[i]);\n\t\tplover_done(pages[i]);\n').replace(
			'static int plover_fill',
			'static void plover_done(struct page *page)\n{\n\tset_page_dirty(page);\n\tput_page(page);\n}\n\nstatic int plover_fill',
		);
		expect(converted(helped)).toContain('\tset_page_dirty(page);\n\tunpin_user_page(page);\n');
	});

	test('where the condition asks the page, or its declaration does more', () => {
		const named = (declaration: string, condition = '') =>
			converted(looping('', `\t\t${declaration}\n\n\t\t${condition}set_page_dirty_lock(page);\n\t\tput_page(page);\n`));
		expect(named('struct page *page = pages[i];')).toContain('\tunpin_user_pages_dirty_lock(pages, got, true);\n');
		expect(named('struct page *page = pages[i];', 'if (page->private)\n\t\t\t')).toContain(
			'for (i = 0; i < got; i++) {\n',
		);
		expect(named('struct page *page = pages[i], *next = plover_next(pl);')).toContain('*next = plover_next(pl);\n');
	});

	test('and the address of a constant or register is not taken', () => {
		const constant = looping(
			'',
			'\t\tstruct page *const page = pages[i];\n\n\t\tset_page_dirty_lock(page);\n\t\tput_page(page);\n\t\tplover_seen(i);\n',
		);
		expect(converted(constant)).toContain('\t\tset_page_dirty_lock(page);\n\t\tunpin_user_page(page);\n');
	});
});

describe('a guard is not put', () => {
	const extracting = (release: string) => `#include <linux/uio.h>

static ssize_t whimbrel_io(struct whimbrel *wh, struct iov_iter *iter, bool sync)
{
	struct page *pages[16];
	size_t off;
	ssize_t len;
	int n, done = 0;

	len = iov_iter_get_pages2(iter, pages, SZ_64K, 16, &off);
	if (len <= 0)
		return len;
	n = DIV_ROUND_UP(off + len, PAGE_SIZE);
	dma_map_page(wh->dev, pages[0], off, len, DMA_TO_DEVICE);
${release}	return len;
}
`;
	test.each([
		['before what moves on', '\twhile (done < n)\n\t\tput_page(pages[done++]);\n', /has side effects/],
		[
			'where an else would go to it',
			'\tif (sync)\n\t\twhile (n--)\n\t\t\tput_page(pages[n]);\n\telse\n\t\trelease_pages(pages, n);\n',
			/in an unbraced branch/,
		],
	])('%s', (_, release, reason) => {
		const text = extracting(release);
		const callers =
			'\nssize_t whimbrel_write(struct kiocb *iocb, struct iov_iter *from)\n{\n\treturn whimbrel_io(iocb->ki_filp->private_data, from, true);\n}\n';
		expect(offersOf(text + callers)).toHaveLength(1);
		expect(refusalOf(text + callers)).toMatch(reason);
	});
});
