import { describe, expect, it } from 'vitest';
import { explainName } from '../../server/src/explain/index.js';
import { codify } from '../../server/src/explain/prose.js';
import { API_RECORDS } from '../../server/src/kernel/apis/index.js';
import { FLAG_RECORDS } from '../../server/src/kernel/flags.js';
import { kernelFor, NEWEST, newestKernel } from '../../server/src/kernel/index.js';
import type { Kernel } from '../../server/src/kernel/types.js';

const VERSIONS = ['4.19', '5.4', '5.10', '5.15', '6.1', '6.6', '6.12', '7.1', '7.3'];

it('explains a function in ten seconds', () => {
	expect(explainName('pin_user_pages_fast()', kernelFor('6.12.9'))).toBe(
		`\`\`\`c
int pin_user_pages_fast(unsigned long start, int nr_pages,
                        unsigned int gup_flags, struct page **pages);
\`\`\`

**Released by** \`unpin_user_pages\`, \`unpin_user_pages_dirty_lock\`, \`unpin_user_page\`, \`unpin_user_page_range_dirty_lock\` or \`unpin_user_folio\`.

Pins each user page of \`current\`, without \`mmap_lock\` where it can. The usual choice for direct I/O and DMA.

**Returns** pages pinned, possibly fewer than requested, or 0; \`-errno\` only when none was pinned. Keep it in a signed type and unpin exactly that many. A failing slow path keeps the partial count.

**Locking** must not be called with \`mmap_lock\` held: the slow path takes it. May sleep.

**Right for** CASE 1: direct I/O, CASE 2: long-term DMA and CASE 5: CPU writes the data.

- With \`FOLL_GET\` or \`pages\` NULL it WARNs and returns \`-EINVAL\`.
- \`VM_IO\`, \`VM_PFNMAP\` and secretmem mappings fail with \`-EFAULT\`.
- The zero page is neither pinned nor unpinned.
- Without \`FOLL_WRITE\` it unshares anonymous and KSM pages; private file pages may still be replaced by COW later, unless \`FOLL_LONGTERM\` is passed (6.2).
- \`FOLL_WRITE|FOLL_LONGTERM\` on a shared writable file mapping that tracks dirty pages fails with \`-EFAULT\`.

[Which call to use: the five cases](https://docs.kernel.org/core-api/pin_user_pages.html) · [Reference of the GUP functions](https://docs.kernel.org/core-api/mm-api.html)

*Kernel 6.12.9, as set*`,
	);
});

describe('every name in every kernel', () => {
	const texts = VERSIONS.flatMap((version) =>
		[...API_RECORDS, ...FLAG_RECORDS].map(
			({ name }) => [version, name, explainName(name, kernelFor(version)) ?? ''] as const,
		),
	);

	it('has a text, with its own name in code and a place to read on', () => {
		for (const [version, name, text] of texts) {
			expect(text, `${name} ${version}`).toContain(name);
			expect(text, `${name} ${version}`).toContain('](https://docs.kernel.org/');
		}
	});

	it('leaves no underscore or asterisk to Markdown', () => {
		for (const [version, name, text] of texts) {
			const prose = text
				.replace(/```c\n[\s\S]*?\n```/g, '')
				.replace(/`[^`\n]*`/g, '')
				.replace(/\]\([^)]*\)/g, ']')
				.replace(/\*\*|^\*Kernel .*\*$/gm, '');
			expect(prose, `${name} ${version}`).not.toMatch(/[_*`]|undefined/);
		}
	});

	it('names no function of another kernel as the one that gives back', () => {
		for (const [version, name, text] of texts) {
			const line = /\*\*(?:Released by|Pair with)\*\* (.*)/.exec(text)?.[1] ?? '';
			for (const [, giver] of line.matchAll(/`(\w+)`/g)) {
				expect([version, name, giver, kernelFor(version).api(giver as string)?.signature !== undefined]).toEqual([
					version,
					name,
					giver,
					true,
				]);
			}
		}
	});
});

it.each([
	['call get_user_pages* with *locked set to 1', 'call `get_user_pages*` with `*locked` set to 1'],
	['-EINVAL or -errno, an ERR_PTR', '`-EINVAL` or `-errno`, an `ERR_PTR`'],
	['DIV_ROUND_UP(*start + bytes, PAGE_SIZE) pages', '`DIV_ROUND_UP(*start + bytes, PAGE_SIZE)` pages'],
	['the `int write` of mm/gup.c', 'the `int write` of `mm/gup.c`'],
	['a well-known case, 2 * 3', 'a well-known case, 2 * 3'],
])('sets names as code: %s', (sentence, expected) => expect(codify(sentence)).toBe(expected));

it('explains functions of the exceptions and kinds of exceptions by name', () => {
	expect(explainName('__access_remote_vm', kernelFor('6.12'))).toContain('ptrace');
	expect(explainName('mmu-notifier', kernelFor('6.12'))).toContain('virt/kvm/kvm_main.c');
	expect(explainName('printk', kernelFor('6.12'))).toBeUndefined();
	expect(explainName('constructor', kernelFor('6.12'))).toBeUndefined();
});

it('says which kernel it is and why', () => {
	const footing = (kernel: Kernel) => explainName('pin_user_pages', kernel)?.split('\n').at(-1);
	expect(footing(kernelFor('6.1.92'))).toBe('*Kernel 6.1.92, as set*');
	expect(footing(newestKernel())).toBe(`*Kernel ${NEWEST}, assumed, the newest known*`);
	expect(footing(kernelFor('99.1'))).toBe(`*Kernel 99.1, as set; newer than the table knows: treated as ${NEWEST}*`);
});
