import { describe, expect, it } from 'vitest';
import { engine, kernel, readings } from './engine.js';

describe('a file is cut into functions', () => {
	it('whatever stands around them', () => {
		expect(
			readings(`
#define PIN(p) pin_user_pages_fast(0, 1, 0, p)
struct a { int (*get_user_pages)(void); };
static const struct a table = { .get_user_pages = other, };
int prototype(struct page **get_user_pages);
MODULE_LICENSE("GPL")
static __always_inline int __must_check
one(struct page **p) __acquires(x)
{
	return get_user_pages_fast(0, 1, 0, p);
}
SYSCALL_DEFINE2(two, unsigned long, addr, struct page __user **, p)
{
	return put(pin_user_pages(addr, 1, 0, p));
}
`),
		).toEqual(['one: get_user_pages_fast', 'two: put pin_user_pages']);
	});

	it('with the one before half-typed', () => {
		const text = `static int broken(void)
{
	if (get_user_pages_fast(0, 1, 0, p) {
		while (

static int whole(struct page **p)
{
	return get_user_pages_fast(0, 1, 0, p);
}
`;
		const ir = engine.read(text, kernel);
		expect(ir.functions.filter((fn) => fn.hasNoSyntaxErrors).map((fn) => fn.name)).toEqual(['whole']);
		expect(ir.unread).toEqual(['broken']);
	});

	it('with arms of #if that open and close different braces', () => {
		expect(
			readings(`
#ifdef CONFIG_A
static int f(struct page **p, int a)
{
#else
static int f(struct page **p)
{
#endif
	return get_user_pages_fast(0, 1, 0, p);
}
`),
		).toEqual(['f: get_user_pages_fast']);
	});
});

describe('of the arms of #if', () => {
	const body = (lines: string) => `static int f(struct page **p)\n{\n${lines}\n}\n`;

	it('each that names the family is read, never two after each other', () => {
		const text = body(
			'#ifdef CONFIG_A\n\treturn pin_user_pages_fast(0, 1, 0, p);\n#elif defined(CONFIG_B)\n\treturn other();\n#else\n\treturn get_user_pages_fast(0, 1, 0, p);\n#endif',
		);
		expect(readings(text)).toEqual(['f: pin_user_pages_fast', 'f: get_user_pages_fast']);
	});

	it('those for other kernels and #if 0 are dead', () => {
		const text = body(
			'#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 6, 0)\n\treturn get_user_pages_fast(0, 1, 0, p);\n#else\n\treturn pin_user_pages_fast(0, 1, 0, p);\n#endif\n#if 0\n\tget_user_pages(0, 1, 0, p);\n#endif',
		);
		expect(readings(text)).toEqual(['f: pin_user_pages_fast']);
	});

	it('nested ones are read with those around them', () => {
		const text = body(
			'#ifdef A\n\ta();\n#else\n#ifdef B\n\tb();\n#else\n\treturn get_user_pages_fast(0, 1, 0, p);\n#endif\n#endif\n\treturn 0;',
		);
		expect(readings(text)).toEqual(['f: a', 'f: get_user_pages_fast']);
	});
});
