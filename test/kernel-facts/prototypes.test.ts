import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kernelForTree } from '../../server/src/kernel/index.js';
import { readDeclarations, treeHeaders } from '../../server/src/syntax/prototypes.js';

const MM = 'include/linux/mm.h';
const declare = (text: string, path = MM) => readDeclarations({ version: '6.12.1' }, new Map([[path, text]]));
const names = (text: string) => declare(text).prototypes.map(({ name }) => name);

const FAST = 'int get_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags, struct page **pages);';

describe('a prototype', () => {
	it('is read across lines, with comments and attributes', () => {
		const [found] = declare(`
			/* int get_user_pages_fast(int old); */
			extern __must_check int /* pages */ get_user_pages_fast(unsigned long start, // first
				int nr_pages,
				unsigned int gup_flags, struct page **pages)
				__attribute__((nonnull(4)));`).prototypes;
		expect(found).toEqual({
			name: 'get_user_pages_fast',
			returns: 'int',
			params: [
				{ type: 'unsigned long', name: 'start' },
				{ type: 'int', name: 'nr_pages' },
				{ type: 'unsigned int', name: 'gup_flags' },
				{ type: 'struct page **', name: 'pages' },
			],
			header: MM,
			macro: false,
		});
	});

	it('may be an inline definition, a macro, or have no parameter names', () => {
		const { prototypes } = declare(`
			static inline bool get_user_page_fast_only(unsigned long addr, unsigned int flags, struct page **pagep)
			{
				return get_user_pages_fast_only(addr, 1, flags, pagep) == 1;
			}
			#define folio_walk_end(__fw, __vma) do { } while (0)
			long get_user_pages(unsigned long, unsigned long, unsigned int, struct page **);
			struct page *get_dump_page(unsigned long addr);`);
		expect(prototypes.map(({ name, returns, macro }) => [name, returns, macro])).toEqual([
			['folio_walk_end', '', true],
			['get_user_page_fast_only', 'bool', false],
			['get_user_pages', 'long', false],
			['get_dump_page', 'struct page *', false],
		]);
	});

	it('is not a call, a string, a comment or a disabled arm', () => {
		expect(
			names(`
			#if 0
			${FAST}
			#endif
			static inline long f(void) { return get_user_pages(a, 1, 0, p); }
			static inline void g(void) { put_page(page); x = get_dump_page(addr); if (follow_page(v, a, 0)) ; }
			char *s = "int get_user_pages_unlocked(int x);";
			// int pin_user_pages_fast(int x);`),
		).toEqual([]);
	});

	it('keeps the first of two arms', () => {
		const text = `#ifdef CONFIG_MMU\n${FAST}\n#else\nstatic inline int get_user_pages_fast(int broken) { return 0; }\n#endif`;
		expect(declare(text).prototypes[0]?.params).toHaveLength(4);
	});

	it('survives any text, and reads what is whole in it', () => {
		fc.assert(
			fc.property(
				fc.array(
					fc.constantFrom(...'(){}[];,*#/"\'\\\n '.split(''), 'int ', '/*', '*/', '#define ', 'enum { FOLL_A = '),
				),
				(parts) => {
					const noise = parts.join('');
					expect(() => declare(noise)).not.toThrow();
					// A comment or string left open swallows what follows, as in C.
					expect(names(`${FAST}\n${noise}`)).toContain('get_user_pages_fast');
				},
			),
		);
	});
});

describe('a flag', () => {
	it.each([
		['#define FOLL_WRITE 0x01 /* check pte is writable */', 1],
		['#define FOLL_WRITE	(1 << 3)', 8],
		['#define FOLL_WRITE BIT(19)', 0x80000],
		['#define FOLL_WRITE (1UL << 4 | 1)', 17],
		['#define FOLL_WRITE 010', 8],
		['#define FOLL_TOUCH 2\n#define FOLL_WRITE (FOLL_TOUCH << 1)', 4],
		['enum {\n\t/* comment, with a comma */\n\tFOLL_WRITE = 1 << 0,\n\tFOLL_GET = 1 << 1,\n};', 1],
		['enum foll { FOLL_GET = 4, FOLL_WRITE };', 5],
		['#define FOLL_WRITE sizeof(int)', undefined],
		['#define FOLL_WRITE \\\n\t0x20', 0x20],
	])('%s', (text, value) => {
		expect(declare(text).flags.find(({ name }) => name === 'FOLL_WRITE')?.value).toBe(value);
	});
});

describe('a tree', () => {
	const kernel = (version: string | undefined, headers: Record<string, string>) =>
		kernelForTree(readDeclarations(version === undefined ? undefined : { version }, new Map(Object.entries(headers))));

	it('decides by its own headers, whatever its number says', () => {
		const vendor = kernel('5.10.198', {
			[MM]: 'long pin_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages);\nlong memfd_pin_folios(struct file *memfd, loff_t start, loff_t end, struct folio **folios, unsigned int max_folios, pgoff_t *offset);',
		});
		expect(vendor).toMatchObject({ release: '5.10', version: '5.10.198', origin: 'tree', assumed: false });
		// 5.10 upstream has a fifth argument, vmas.
		expect(vendor.api('pin_user_pages')?.signature?.params).toHaveLength(4);
		expect(vendor.api('memfd_pin_folios')).toMatchObject({ verified: true });
		expect(vendor.api('memfd_pin_folios')?.index('folios')).toBe(3);
		// Upstream's 5.10 has it, this mm.h does not.
		expect(vendor.api('get_user_pages')).toMatchObject({ signature: undefined, verified: true });
	});

	it('takes from the table what a missing header would declare', () => {
		const old = kernel('6.1.5', { [MM]: FAST });
		expect(old.api('iov_iter_get_pages2')?.signature?.source).toContain('read in');
		expect(old.flag('FOLL_WRITE')?.span?.value).toBe(1);
		const none = kernel('6.12.1', {});
		expect(none.apis().length).toBeGreaterThan(40);
	});

	it('tells the roles of parameters without names or types from the record', () => {
		const tree = kernel('6.12.1', {
			[MM]: 'long pin_user_pages_unlocked(unsigned long, unsigned long, struct page **, unsigned int);',
			'include/linux/pagewalk.h': '#define folio_walk_end(a, b) do { } while (0)',
			'include/linux/uio.h': '#define iov_iter_get_pages2 my_get_pages',
		});
		const pin = tree.api('pin_user_pages_unlocked');
		expect([pin?.index('start'), pin?.index('count'), pin?.index('pages'), pin?.index('flags')]).toEqual([0, 1, 2, 3]);
		expect(tree.api('folio_walk_end')?.index('vma')).toBe(1);
		expect(tree.api('iov_iter_get_pages2')?.index('maxpages')).toBe(3);
	});

	it('without a version is assumed to be the newest', () => {
		expect(kernel(undefined, { [MM]: FAST })).toMatchObject({ origin: 'tree', assumed: true });
	});

	it('has internal flags where mm/internal.h defines them', () => {
		const flags = kernel('5.10.1', { 'mm/internal.h': 'enum { FOLL_PIN = 1 << 19 };', [MM]: '#define FOLL_WRITE 1' });
		expect(flags.flag('FOLL_PIN')?.span).toMatchObject({
			visibility: 'internal',
			header: 'mm/internal.h',
			value: 1 << 19,
		});
		expect(flags.flag('FOLL_WRITE')?.span).toMatchObject({ visibility: 'public', header: MM });
		expect(flags.flag('FOLL_LONGTERM')?.span).toBeUndefined();
	});
});

it('asks for headers only', () => {
	for (const path of treeHeaders) expect(path).toMatch(/^(include\/(linux|rdma)|mm)\/\w+\.h$/);
});
