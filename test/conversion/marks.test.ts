/** Pages that are written and never marked dirty: the conversion marks them where it is shown when, and that it may. */
import { describe, expect, test } from 'vitest';
import { converted, only } from './engine.js';

/** A driver that lets a device write to a user buffer, and releases it clean. */
const READS = `#include <linux/mm.h>
#include <linux/dma-mapping.h>

static int plover_read(struct plover *pl, unsigned long addr, unsigned int nr, bool in, struct plover_req req)
{
	struct page **pages;
	unsigned int i;
	int got;
	int ret = 0;

	pages = kvcalloc(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;

	got = get_user_pages_fast(addr, nr, FOLL_WRITE, pages);
	if (got < 0) {
		ret = got;
		goto free;
	}
	if (got != nr) {
		for (i = 0; i < got; i++)
			put_page(pages[i]);
		ret = -EFAULT;
		goto free;
	}

	ret = dma_map_page(pl->dev, pages[0], 0, PAGE_SIZE, DMA_FROM_DEVICE);

	for (i = 0; i < got; i++)
		put_page(pages[i]);
free:
	kvfree(pages);
	return ret;
}
`;

const sometimes = (condition: string): string =>
	READS.replace('FOLL_WRITE,', `${condition} ? FOLL_WRITE : 0,`).replace('DMA_FROM_DEVICE', 'pl->way');

const marksOf = (text: string) => only(text).conversions[0]?.account;

describe('pages that nothing marks dirty', () => {
	test('are marked by the release behind the DMA, not by that of a failure before it', () => {
		const after = converted(READS);
		expect(after).toContain('\tunpin_user_pages_dirty_lock(pages, got, true);\nfree:');
		expect(after).toContain('\t\tunpin_user_pages(pages, got);\n\t\tret = -EFAULT;');
		expect(marksOf(READS)).toMatchObject({ marks: 'true', undirtied: undefined });
	});

	test.each(['in', 'req.flags & PLOVER_IN', 'req.way == PLOVER_IN', '!in'])(
		'are marked under the condition under which they may be written: %s',
		(condition) => {
			const after = converted(sometimes(condition));
			expect(after).toContain(`\tunpin_user_pages_dirty_lock(pages, got, ${condition});\nfree:`);
		},
	);

	test('are marked one by one where the loop does more', () => {
		const text = READS.replace(
			'\t\tput_page(pages[i]);\nfree:',
			'\t{\n\t\tput_page(pages[i]);\n\t\tpages[i] = NULL;\n\t}\nfree:',
		);
		expect(converted(text)).toContain('\t\tunpin_user_pages_dirty_lock(&pages[i], 1, true);\n\t\tpages[i] = NULL;');
	});

	test.each([
		['the condition is changed meanwhile', sometimes('in').replace('\tret = dma', '\tin = pl->next;\n\tret = dma')],
		['its address is known', sometimes('in').replace('\tret = dma', '\tplover_turn(&in);\n\tret = dma')],
		['a part of it is changed', sometimes('req.way == 1').replace('\tret = dma', '\treq = pl->next;\n\tret = dma')],
		['others may change it', sometimes('pl->in')],
		['it is nobody knows whose', sometimes('plover_in')],
		['it is asked by a call', sometimes('plover_is_in(pl)')],
		[
			'pages of several passes are released together',
			sometimes('in')
				.replace('\tgot = get', '\tfor (i = 0; i < nr; i++) {\n\t\tin = pl->ins[i];\n\t\tgot = get')
				.replace('pages);\n\tif (got < 0)', 'pages);\n\t}\n\tif (got < 0)'),
		],
		[
			'another variable has its name',
			sometimes('in').replace('\tret = dma', '\tif (nr) {\n\t\tbool in = pl->x;\n\t\tuse(in);\n\t}\n\tret = dma'),
		],
		[
			'a spinlock is held',
			READS.replace(
				'\tfor (i = 0; i < got; i++)\n\t\tput_page(pages[i]);\nfree:',
				'\tspin_lock(&pl->lock);\n\tfor (i = 0; i < got; i++)\n\t\tput_page(pages[i]);\n\tspin_unlock(&pl->lock);\nfree:',
			),
		],
		['the page may be locked', READS.replace('\tret = dma', '\tlock_page(pages[0]);\n\tret = dma')],
		[
			'the pages are released in bulk',
			READS.replace(
				'\tfor (i = 0; i < got; i++)\n\t\tput_page(pages[i]);\nfree:',
				'\trelease_pages(pages, got);\nfree:',
			),
		],
	])('are left to a person where %s', (_, text) => {
		expect(marksOf(text)).toMatchObject({ marks: undefined, undirtied: 'always' });
		expect(converted(text)).not.toContain('dirty_lock');
	});

	test.each([
		[
			'marks them already',
			READS.replace(
				'\t\tput_page(pages[i]);\nfree:',
				'\t{\n\t\tset_page_dirty_lock(pages[i]);\n\t\tput_page(pages[i]);\n\t}\nfree:',
			),
		],
		['only reads', READS.replace('DMA_FROM_DEVICE', 'DMA_TO_DEVICE').replace('FOLL_WRITE', '0')],
	])('are no matter of a driver that %s', (_, text) => {
		expect(marksOf(text)).toMatchObject({ marks: undefined, undirtied: undefined });
	});
});

/** A page that stays mapped for the CPU, released by another function. */
const KEEPS = `#include <linux/mm.h>

static int dunlin_setup(struct dunlin *dun, unsigned long addr)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	dun->page = page;
	dun->note = kmap(dun->page);
	return 0;
}

static void dunlin_clear(struct dunlin *dun)
{
	struct page *page;

	spin_lock(&dun->lock);
	page = dun->page;
	dun->page = NULL;
	spin_unlock(&dun->lock);
	if (page) {
		kunmap(page);
		put_page(page);
	}
}
`;

describe('a page that is kept', () => {
	test('is marked where it is released, behind what may sleep', () => {
		expect(converted(KEEPS)).toContain('\t\tkunmap(page);\n\t\tunpin_user_pages_dirty_lock(&page, 1, true);\n');
	});

	test.each([
		['nothing shows that the release may sleep', KEEPS.replace('\t\tkunmap(page);\n', '')],
		[
			'the lock is held',
			KEEPS.replace('\tspin_unlock(&dun->lock);\n\tif', '\tif').replace('\t}\n}', '\t}\n\tspin_unlock(&dun->lock);\n}'),
		],
		[
			'an interrupt handler releases it',
			KEEPS.replace('static void dunlin_clear', 'static irqreturn_t dunlin_clear').replace('\t\tkunmap(page);\n', ''),
		],
	])('is left to a person where %s', (_, text) => {
		expect(marksOf(text)).toMatchObject({ marks: undefined, undirtied: 'always' });
	});
});
