/** Words and pieces that mutators put in. */
import { needles } from '../../../server/src/engine.js';
import { API_NAMES } from '../../../server/src/kernel/apis/index.js';
import { FLAG_RECORDS } from '../../../server/src/kernel/flags.js';

export const FAMILY: readonly string[] = [...API_NAMES];
export const FLAGS: readonly string[] = FLAG_RECORDS.map(({ name }) => name);

/** Names that mean something in JavaScript, in a regular expression or in a replacement. */
const TREACHEROUS = [
	...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', 'undefined', 'NaN'],
	...['$', '$1', 'a$', '$_b', '$$', 'ünïcode', '页', '𝒻n', '_', '__', 'L', 'u8'],
];

/** Words of C where no name may stand, and of the kernel that are no functions. */
const KEYWORDS = [
	...['if', 'else', 'while', 'for', 'do', 'switch', 'case', 'default', 'return', 'goto', 'break', 'continue'],
	...['struct', 'union', 'enum', 'static', 'inline', 'const', 'void', 'sizeof', 'typeof', '_Generic', 'asm', 'extern'],
	...['typedef', '__user', '__always_inline', '__free', '__must_check', 'NULL', 'true', 'likely', 'ARRAY_SIZE'],
];

export const NAMES: readonly string[] = [...FAMILY, ...FLAGS, ...needles, ...TREACHEROUS, ...KEYWORDS];

export const NUMBERS: readonly string[] = [
	...['0', '1', '-1', '2', '64', '0x10', '0xffffffffffffffffUL', '18446744073709551616', '1e400', '010', '09', '0x'],
	...['99999999999999999999999999999999', '1.5', '0b101', '1ULL', "'a'", '-9223372036854775808', '0x80000000', '1u'],
];

/** Bytes and characters that texts of C do not have, or have at the wrong place. */
export const HOSTILE: readonly string[] = [
	...['\0', '\u2028', '\u2029', '\uFEFF', '\uD800', '\uDC00', '\uDFFF\uD800', '😀', 'é', '\xA0', '\x85', '\xFF'],
	...[
		'\x1B[31m',
		'\x1B]8;;x\x07',
		'\x7F',
		'\b',
		'\v',
		'\f',
		'\r',
		'\r\n',
		'\n\r',
		'\x1A',
		'\u202E',
		'\u200B',
		'\u0301',
	],
	...['\\\n', '\\\r\n', '\\ \n', '\\', '??/\n', '??=', '??(', '??<', '<:', ':>', '<%', '%>', '%:', '\n#\n', '\n##\n'],
	...['"%s %n %*d"', "'\\''", 'L"x"', 'R"(x)"', '"\\', '"a" "b"', '\\u00e9', '__VA_ARGS__', '##', '#', '@', '`', '$&'],
	...[
		'/*',
		'*/',
		'//',
		'/',
		'"',
		"'",
		'{',
		'}',
		'(',
		')',
		'[',
		']',
		';',
		',',
		'\n}\n',
		'\n{\n',
		':',
		'::',
		'...',
		'->',
	],
];

export const CONDITIONS: readonly string[] = [
	...['0', '1', 'defined(CONFIG_X)', 'IS_ENABLED(CONFIG_X)', 'LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)', '!0'],
	...[
		'LINUX_VERSION_CODE >= KERNEL_VERSION(5, 6, 0) && defined(X)',
		'KERNEL_VERSION(',
		'',
		'(',
		'X && \\\n Y',
		'1 / 0',
	],
	...['HAVE_PIN_USER_PAGES', '!defined(HAVE_FOLL_GET)', '"x"', '((((((((0))))))))'],
];

/** Statements; NAME stands for a name of the text. */
export const STATEMENTS: readonly string[] = [
	...['put_page(NAME);', 'put_page(NAME[0]);', 'unpin_user_page(NAME);', 'unpin_user_pages(NAME, NAME);', 'NAME++;'],
	...['unpin_user_pages_dirty_lock(NAME, NAME, true);', 'set_page_dirty(NAME);', 'set_page_dirty_lock(NAME[NAME]);'],
	...['release_pages(NAME, NAME);', 'free_page(NAME);', '__free_page(NAME);', 'kfree(NAME);', 'kvfree(NAME);', ';'],
	...['get_page(NAME);', 'lock_page(NAME);', 'unlock_page(NAME);', 'mmap_read_lock(NAME);', 'mmap_read_unlock(NAME);'],
	...['spin_lock(&NAME);', 'spin_unlock(&NAME);', 'spin_lock_irqsave(&NAME->lock, NAME);', 'mutex_lock(NAME);'],
	...[
		'NAME = NAME;',
		'NAME = NULL;',
		'NAME += NAME;',
		'NAME->NAME = NAME;',
		'*NAME = NAME;',
		'NAME = &NAME;',
		'NAME |= FOLL_WRITE;',
	],
	...['NAME = get_user_pages_fast(NAME, NAME, FOLL_WRITE, NAME);', 'NAME = pin_user_pages_fast(NAME, 1, NAME, &NAME);'],
	...[
		'NAME = get_user_pages(NAME, NAME, NAME, NAME);',
		'NAME = pin_user_pages_remote(NAME, NAME, 1, NAME, &NAME, &NAME);',
	],
	...[
		'NAME = iov_iter_get_pages2(NAME, &NAME, NAME, 1, &NAME);',
		'iov_iter_extract_pages(NAME, &NAME, NAME, NAME, 0, &NAME);',
	],
	...[
		'return;',
		'return NAME;',
		'return -EFAULT;',
		'break;',
		'continue;',
		'goto NAME;',
		'NAME:',
		'BUG();',
		'WARN_ON(NAME);',
	],
	...[
		'if (NAME) return NAME;',
		'if (NAME < 0) goto NAME;',
		'while (NAME--) put_page(NAME[NAME]);',
		'do ; while (NAME);',
	],
	...[
		'for (NAME = 0; NAME < NAME; NAME++) unpin_user_page(NAME[NAME]);',
		'for (;;) { }',
		'if (NAME) { } else { }',
		'{ }',
	],
	...[
		'switch (NAME) { case 1: put_page(NAME); break; case 2 ... 5: default: ; }',
		'case 7:',
		'default:',
		'else NAME();',
	],
	...[
		'int NAME;',
		'struct page *NAME[16];',
		'struct page **NAME = NULL;',
		'typeof(NAME) NAME;',
		'__auto_type NAME = NAME;',
	],
	...['asm volatile("" : "+r" (NAME) :: "memory");', 'asm goto("1:" :::: NAME);', 'NAME(NAME, NAME);', 'NAME()();'],
	...[
		'int nested(int NAME) { return put_page(NAME); }',
		'({ NAME; });',
		'(void)({ put_page(NAME); NAME; });',
		'(NAME, NAME);',
	],
	...['dma_map_page(NAME, NAME[0], 0, PAGE_SIZE, DMA_FROM_DEVICE);', 'sg_set_page(NAME, NAME[NAME], PAGE_SIZE, 0);'],
	...['memcpy(page_address(NAME), NAME, 4);', 'kunmap_local(kmap_local_page(NAME));', 'list_add(&NAME->lru, &NAME);'],
	...[
		'scoped_guard(mutex, &NAME) {',
		'guard(spinlock)(&NAME);',
		'list_for_each_entry(NAME, &NAME, NAME) {',
		'__label__ NAME;',
	],
	...[
		'/* gup-lens: keep gup-leak -- why not */',
		'/* gup-lens: keep',
		'// gup-lens: keep nothing',
		'/* gup-lens: keep __proto__ -- x */',
	],
];

/** What an expression is wrapped into; X stands for it. */
export const WRAPPERS: readonly string[] = [
	...['(X)', '((((X))))', '!X', '!!(X)', '~(X)', '-X', '*X', '&X', '&(X)', '*&X', 'X[0]', 'X + 1', 'X - 1', 'X | 0'],
	...[
		'(int)X',
		'(struct page **)(X)',
		'(u64)(unsigned long)X',
		'likely(X)',
		'unlikely(!(X))',
		'WARN_ON_ONCE(X)',
		'IS_ERR(X)',
	],
	...[
		'X ? X : 0',
		'X ?: 1',
		'(X, 0)',
		'0, X',
		'({ X; })',
		'({ int __r = X; __r; })',
		'sizeof(X)',
		'typeof(X)',
		'READ_ONCE(X)',
	],
	...[
		'_Generic(X, int: X, default: 0)',
		'__builtin_choose_expr(1, X, 0)',
		'min_t(int, X, 4)',
		'X = X',
		'X++',
		'--X',
		'X && X',
	],
	...[
		'X || X',
		'X == 1',
		'X < 0',
		'(struct foo){ X }',
		'{ X }',
		'[0] = X',
		'.a = X',
		'NAME(X)',
		'X->NAME',
		'X.NAME',
		'(X)(X)',
	],
];

export const DECLARATIONS: readonly string[] = [
	'int old(a, b)\n\tint a;\n\tstruct page **b;\n{\n\treturn get_user_pages_fast(a, 1, 0, b);\n}\n',
	'#define GRAB(a, p) get_user_pages_fast((a), 1, FOLL_WRITE, (p))\n',
	'#define get_user_pages_fast(a, n, f, p) pin_user_pages_fast(a, n, f, p)\n',
	'#define DROP(p) \\\n\tdo { \\\n\t\tput_page(p); \\\n\t} while (0)\n',
	'#undef FOLL_WRITE\n#define FOLL_WRITE 2\n',
	'#define FLAGS (FOLL_WRITE | FLAGS)\n',
	'#define EMPTY\n#define PASTE(a, b) a##b\n#define STR(x...) #x, ##x\n',
	'struct box {\n\tstruct page **pages;\n\tint nr;\n\tstruct box *next;\n\tunion { int a; struct page *page; };\n};\n',
	'typedef struct page *page_t;\ntypedef int (*fn_t)(struct page **, int);\n',
	'static struct page *global_pages[64];\nstatic int global_nr = 1, *p = &global_nr;\n',
	'void put_page(struct page *page)\n{\n\tput_page(page);\n}\n',
	'static const struct ops ops = {\n\t.get = get_user_pages_fast,\n\t.put = put_page,\n};\n',
	'SYSCALL_DEFINE2(grab, unsigned long, addr, int, nr)\n{\n\treturn pin_user_pages_fast(addr, nr, 0, NULL);\n}\n',
	'extern int f(int), g(int) __attribute__((weak));\nint (*table[])(int) = { f, [1] = g };\n',
	'int ret(void)\n{\n\treturn ret();\n}\nEXPORT_SYMBOL(ret);\n',
	'static void release(struct page **pages, int nr)\n{\n\twhile (nr-- > 0)\n\t\tput_page(pages[nr]);\n}\n',
];
