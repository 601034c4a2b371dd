import { describe, expect, it } from 'vitest';
import { hoverAt } from '../../server/src/explain/index.js';
import { kernelFor } from '../../server/src/kernel/index.js';
import { kernelOf, needTree, read, tree } from '../kernel/trees.js';
import { cursor } from './cursor.js';

const kernel = kernelFor('6.12');

/** Hover at the `^` of a piece of C in a driver. */
function hover(code: string, options: { path?: string; version?: string } = {}) {
	const { text, offset } = cursor(code);
	return hoverAt(text, offset, {
		path: options.path ?? 'drivers/x/y.c',
		kernel: options.version ? kernelFor(options.version) : kernel,
	});
}

/** Hover on the n-th place of a real file where `needle` stands. */
function real(name: '6.12' | '6.1', path: string, needle: string, word = needle) {
	const root = tree(name) as string;
	const text = read(root, path);
	const at = text.indexOf(needle);
	expect(at, `${needle} in ${path}`).toBeGreaterThan(0);
	return hoverAt(text, at + needle.indexOf(word) + 1, { path, kernel: kernelOf(root) });
}

describe('in real files', () => {
	const { skip, title } = needTree('explains why KVM keeps FOLL_GET', '6.12');
	it.skipIf(skip)(title, () => {
		const found = real(
			'6.12',
			'virt/kvm/kvm_main.c',
			'npages = get_user_pages_unlocked(addr',
			'get_user_pages_unlocked',
		);
		expect(found?.markdown).toContain('long get_user_pages_unlocked(unsigned long start, unsigned long nr_pages,');
		expect(found?.markdown).toContain('**`hva_to_pfn_slow` may keep plain references: CASE 3: MMU notifier.**');
		expect(found?.markdown).toMatch(/second-level page tables.*MMU notifier.*KSM/s);
		expect(found?.markdown).toContain('https://lore.kernel.org/');
		expect(found?.markdown).toMatch(/\*Kernel 6\.12\.\d+, from the headers of this tree\*$/);
	});

	it.skipIf(skip)('explains a function of KVM by its own name', () => {
		expect(real('6.12', 'virt/kvm/kvm_main.c', 'static int hva_to_pfn_slow(', 'hva_to_pfn_slow')?.markdown).toContain(
			'MMU notifier',
		);
		// A function of the same file that never names the family has nothing to explain.
		expect(real('6.12', 'virt/kvm/kvm_main.c', 'void kvm_get_kvm(', 'kvm_get_kvm')).toBeUndefined();
	});

	it.skipIf(skip)("explains ptrace's transient access", () => {
		const found = real('6.12', 'mm/memory.c', 'page = get_user_page_vma_remote(mm, addr', 'get_user_page_vma_remote');
		expect(found?.markdown).toContain(
			'**`__access_remote_vm` may keep plain references: transient access by core code.**',
		);
		expect(found?.markdown).toMatch(/ptrace.*dropped immediately/s);
	});

	it.skipIf(skip)('says what NFS must convert to', () => {
		const found = real('6.12', 'fs/nfs/direct.c', 'iov_iter_get_pages_alloc2');
		expect(found?.markdown).toContain('**`nfs_direct_read_schedule_iovec` must convert to `iov_iter_extract_pages`.**');
	});

	const old = needTree('says that 6.1 has no replacement yet', '6.1');
	it.skipIf(old.skip)(old.title, () => {
		const found = real('6.1', 'fs/nfs/direct.c', 'iov_iter_get_pages_alloc2');
		expect(found?.markdown).toContain('`iov_iter_extract_pages`, which was added in 6.3.**');
		expect(found?.markdown).toContain('This kernel has no replacement');
	});

	it.skipIf(skip)('explains a prototype in its own header', () => {
		expect(
			real('6.12', 'include/linux/mm.h', 'long pin_user_pages_remote(', 'pin_user_pages_remote')?.markdown,
		).toContain('int *locked');
	});
});

describe('a name', () => {
	const call = 'int f(void)\n{\n\treturn pin_user_pages_f^ast(addr, 1, FOLL_WRITE, &page);\n}\n';

	it('is covered from its first to its last letter', () => {
		expect(hover(call)?.range).toEqual({ start: 22, end: 41 });
		expect(hover(call.replace('f^ast', 'fast').replace('pin', '^pin'))?.range.start).toBe(22);
		expect(hover(call.replace('f^ast', 'fast^'))?.range.end).toBe(41);
	});

	it('has the prototype of the kernel it is for', () => {
		expect(hover(call.replace('pin', 'get'), { version: '4.19' })?.markdown).toContain('int write');
		expect(hover(call.replace('pin', 'get'))?.markdown).toContain('unsigned int gup_flags');
	});

	it('may be missing in this kernel, and then says what to use', () => {
		const text = hover('int f(void)\n{\n\tget_user_pages_l^ocked(a, 1, 0, p, &l);\n}\n')?.markdown;
		expect(text).toMatch(
			/^\*\*`get_user_pages_locked` is not in kernel 6\.12\.\*\* It was removed in 5\.18\. Use `get_user_pages_unlocked`/,
		);
		expect(hover(call, { version: '5.4' })?.markdown).toContain(
			'It was added in 5.6. Before that, use `get_user_pages_fast`.',
		);
	});

	it('is none of ours in a comment, a string, behind a dot or an arrow, or when the file defines it itself', () => {
		for (const code of [
			'/* call get_user_p^ages here */',
			'// get_user_p^ages',
			'int f(void)\n{\n\tprintk("get_user_p^ages");\n}',
			'int f(void)\n{\n\tops->get_user_p^ages(a);\n}',
			'struct ops o = { .get_user_p^ages = mine };',
			'static int pin_user_p^ages(struct x *x)\n{\n\treturn 0;\n}',
			'static int pin_user_pages(struct x *x)\n{\n}\nint g(void)\n{\n\treturn pin_user_p^ages(x);\n}',
			'int get_user_pages_mine^(void);',
		]) {
			expect([code, hover(code)]).toEqual([code, undefined]);
		}
	});

	it('is explained in a macro and in a disabled arm', () => {
		expect(hover('#define TAKE(a) \\\n\tget_user_pages_f^ast(a, 1, 0, &p)\n')?.markdown).toContain(
			'get_user_pages_fast(',
		);
		expect(hover('#ifdef OLD\nint f(void)\n{\n\tget_user_p^ages(a, 1, 0, p);\n}\n#endif\n')).toBeDefined();
	});

	it('behind a comment that holds an apostrophe is still code', () => {
		expect(hover("int f(void)\n{\n\t/* don't */ put_p^age(page); // it's\n}\n")).toBeDefined();
	});
});

describe('a flag', () => {
	const at = (flag: string, version = '6.12') =>
		hover(`int f(void)\n{\n\tpin_user_pages(a, 1, ${flag}^, p);\n}\n`, { version })?.markdown;

	it('shows its definition, who may name it and which calls refuse it', () => {
		expect(at('FOLL_LONGTERM')).toContain('FOLL_LONGTERM = 1 << 8 /* include/linux/mm_types.h */');
		expect(at('FOLL_LONGTERM', '6.1')).toContain('#define FOLL_LONGTERM 0x10000 /* include/linux/mm.h */');
		expect(at('FOLL_LONGTERM')).toMatch(/- `get_user_pages`, .*: the call WARNs and returns `-EINVAL`/);
		expect(at('FOLL_LONGTERM', '6.1')).toContain('- `pin_user_pages_remote` with a non-NULL `locked`');
		expect(at('FOLL_PIN')).toContain('**For** mm/ only.');
		expect(at('FOLL_PIN', '6.1')).toContain('by convention');
		expect(at('FOLL_TRIED')).toContain('or `pin_user_pages_fast`: the call WARNs and returns `-EINVAL`');
		expect(at('FOLL_TRIED')).toContain('or `pin_user_pages_unlocked`: the call WARNs and returns 0, which');
		expect(at('FOLL_TRIED')).toContain('- `get_user_page_fast_only`: the call WARNs and returns false');
	});

	it('may be missing in this kernel', () => {
		expect(at('FOLL_NUMA')).toContain('is not in kernel 6.12.** It was removed in 6.1.');
		expect(at('FOLL_PCI_P2PDMA', '6.1')).toContain('It was added in 6.2.');
	});
});
