/** Types without a name, as they stand in casts: read as types, not as calls. */
import { expect, it } from 'vitest';
import { engine, kernel } from './engine.js';

it.each([
	'cb = (void (*)(unsigned long handle, int err))args->cb;',
	'cb = (void (*)(unsigned long, int))args->cb;',
	'cb = (irqreturn_t (*)(int irq, void *dev))args->cb;',
	'cb = (void *(*)(int kind, struct device __user *dev))args->cb;',
	'cb = (void (* const)(struct work_struct *, int (*more)(void)))args->cb;',
	'rows = (int (*)[4])args->rows;',
	'((void (*)(int))args->cb)(3);',
	'size = sizeof(void (*)(int kind));',
])('%s', (statement) => {
	const ir = engine.read(
		`int f(unsigned long addr, struct page **pages, struct args *args)\n{\n\t${statement}\n\treturn pin_user_pages_fast(addr, 1, 0, pages);\n}\n`,
		kernel,
	);
	expect(ir.functions.map(({ hasNoSyntaxErrors: clean }) => clean)).toEqual([true]);
	expect(ir.functions.flatMap(({ calls }) => calls.map(({ name }) => name))).toContain('pin_user_pages_fast');
});
