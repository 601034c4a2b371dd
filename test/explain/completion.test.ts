import { describe, expect, it } from 'vitest';
import { completionsAt } from '../../server/src/explain/index.js';
import { kernelFor } from '../../server/src/kernel/index.js';
import { cursor, inFunction } from './cursor.js';

const names = (place: { text: string; offset: number }, version = '6.12') =>
	completionsAt(place.text, place.offset, { kernel: kernelFor(version) })
		?.items.toSorted((a, b) => (a.sortText < b.sortText ? -1 : 1))
		.map(({ name }) => name);
const flags = (statement: string, version?: string) => names(inFunction(statement), version);

const FAST = ['FOLL_WRITE', 'FOLL_NOFAULT', 'FOLL_PCI_P2PDMA', 'FOLL_HONOR_NUMA_FAULT', 'FOLL_FORCE'];

describe('inside the gup_flags argument', () => {
	it('offers what the call and the kernel take, common ones first', () => {
		expect(flags('get_user_pages_fast(a, 1, ^, pages);')).toEqual(FAST);
		expect(flags('pin_user_pages_fast(a, 1, ^, pages);')).toEqual(['FOLL_WRITE', 'FOLL_LONGTERM', ...FAST.slice(1)]);
		expect(flags('get_user_pages_fast(a, 1, ^, pages);', '6.1')).toEqual(['FOLL_WRITE', 'FOLL_NOFAULT', 'FOLL_FORCE']);
	});

	it('never offers what mm/ keeps for itself, FOLL_GET to get_* or to pin_*', () => {
		for (const call of ['get_user_pages(a, 1, ^', 'pin_user_pages(a, 1, ^', 'pin_user_pages_unlocked(a, 1, p, ^']) {
			for (const version of ['5.10', '6.1', '6.12', '7.1', '7.3']) {
				expect(flags(call, version)).not.toEqual(expect.arrayContaining(['FOLL_GET']));
				expect(
					flags(call, version)?.filter((name) => /PIN|TOUCH|TRIED|REMOTE|FAST_ONLY|UNLOCKABLE/.test(name)),
				).toEqual([]);
			}
		}
		expect(flags('follow_page(vma, a, ^', '6.1')).toContain('FOLL_GET');
	});

	it('knows where FOLL_LONGTERM is refused', () => {
		expect(flags('get_user_pages(a, 1, ^, pages);')).not.toContain('FOLL_LONGTERM');
		expect(flags('get_user_pages(a, 1, ^, pages, NULL);', '5.4')).toContain('FOLL_LONGTERM');
		expect(flags('pin_user_pages_unlocked(a, 1, pages, ^);', '6.1')).not.toContain('FOLL_LONGTERM');
		expect(flags('pin_user_pages_unlocked(a, 1, pages, ^);', '6.12')).toContain('FOLL_LONGTERM');
		expect(flags('pin_user_pages_remote(mm, a, 1, ^, pages, NULL, &locked);', '6.1')).not.toContain('FOLL_LONGTERM');
		expect(flags('pin_user_pages_remote(mm, a, 1, ^, pages, NULL, NULL);', '6.1')).toContain('FOLL_LONGTERM');
		expect(flags('pin_user_pages(a, 1, FOLL_LONGTERM | ^, pages);')).not.toContain('FOLL_PCI_P2PDMA');
	});

	it('works on half-typed code, behind |, in ?: and in parentheses', () => {
		expect(flags('n = get_user_pages_fast(a, 1, ^')).toEqual(FAST);
		expect(flags('n = get_user_pages_fast(a, n - (b), FOLL_WRITE | FO^')).toEqual(FAST.slice(1));
		expect(flags('get_user_pages_fast(a, 1, (w ? ^')).toEqual(FAST);
		expect(flags('get_user_pages_fast(a, 1, w ? FOLL_WRITE : ^, pages);')).toEqual(FAST.slice(1));
		expect(flags('if (get_user_pages_fast(a, DIV_ROUND_UP(n, 2), ^')).toEqual(FAST);
		expect(names(cursor('#define T(a) \\\n\tget_user_pages_fast(a, 1, ^, p)\n'))).toEqual(FAST);
	});

	it('replaces the name under the cursor, or nothing', () => {
		const place = inFunction('get_user_pages_fast(a, 1, FOLL_W^RI, pages);');
		const range = completionsAt(place.text, place.offset, { kernel: kernelFor('6.12') })?.range;
		expect(place.text.slice(range?.start, range?.end)).toBe('FOLL_WRI');
		const empty = inFunction('get_user_pages_fast(a, 1, ^, pages);');
		expect(completionsAt(empty.text, empty.offset, { kernel: kernelFor('6.12') })?.range).toEqual({
			start: empty.offset,
			end: empty.offset,
		});
	});
});

it.each([
	'get_user_pages_fast(^a, 1, 0, pages);',
	'get_user_pages_fast(a, 1, 0, ^);',
	'get_user_pages_fast(a, 1, FOLL_WRITE ^, pages);',
	'get_user_pages_fast(a, 1, ctx->fl^, pages);',
	'get_user_pages_fast(a, 1, to_flags(^), pages);',
	'get_user_pages_fast(a, 1, 0, pages); ^',
	'ops->get_user_pages_fast(a, 1, ^, pages);',
	'my_get_user_pages_fast(a, 1, ^, pages);',
	'/* get_user_pages_fast(a, 1, ^ */',
	'// get_user_pages_fast(a, 1, ^',
	'printk("get_user_pages_fast(a, 1, ^");',
	'release_pages(pages, ^);',
	'folio_walk_start(&fw, vma, a, ^);',
	'vma->vm_flags |= ^;',
	'irq_flags = ^;',
	'return ^;',
])('offers nothing at %s', (statement) => {
	expect(flags(statement)).toBeUndefined();
});

it('offers nothing where the argument is `int write`', () => {
	expect(flags('get_user_pages_fast(a, 1, ^, pages);', '4.19')).toBeUndefined();
	expect(flags('__get_user_pages_fast(a, 1, ^, pages);', '5.4')).toBeUndefined();
});

describe('where a flags variable is assigned', () => {
	const fn = (line: string) => `unsigned int flags;\n\n\t${line}\n\tn = get_user_pages_fast(a, 1, flags, pages);`;

	it('offers what the call it goes to takes', () => {
		expect(flags(fn('flags = ^;'))).toEqual(FAST);
		expect(flags(fn('flags |= FOLL_^'))).toEqual(FAST);
		expect(flags(fn('flags = FOLL_WRITE | ^;'))).toEqual(FAST.slice(1));
		expect(flags(fn('flags = w ? ^ : 0;'))).toEqual(FAST);
	});

	it('needs no call when the name says it', () => {
		expect(flags('gup_flags |= ^;')).toContain('FOLL_LONGTERM');
	});

	it('leaves comparisons, other variables and other functions alone', () => {
		expect(flags(fn('if (flags == ^)'))).toBeUndefined();
		expect(flags(fn('other_flags = ^;'))).toBeUndefined();
		expect(flags(fn('obj->flags = ^;'))).toBeUndefined();
		expect(
			names(cursor('int f(void)\n{\n\tflags = ^;\n}\nint g(void)\n{\n\tget_user_pages_fast(a, 1, flags, p);\n}\n')),
		).toBeUndefined();
	});
});

it('says of every flag what a hover says', () => {
	const place = inFunction('get_user_pages_fast(a, 1, ^');
	for (const item of completionsAt(place.text, place.offset, { kernel: kernelFor('6.12') })?.items ?? []) {
		expect(item.markdown).toContain(item.name);
		expect(item.detail).toMatch(/\.$/);
	}
});
