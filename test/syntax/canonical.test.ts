/** What means the same is lowered to the same: a list of spellings, compared without the places they stand at. */
import { describe, expect, it } from 'vitest';
import { kernelFor } from '../../server/src/kernel/index.js';
import type { FunctionIR } from '../../server/src/syntax/ir.js';
import { engine } from '../kernel/corpus.js';

const HEAD = `typedef struct page *page_ptr;

static int f(struct page **pages, struct dev *dev, struct page ***out, int i, int n, bool on, unsigned long addr)`;

/** A function with this body; that it takes pages makes it one that is read. */
function lowered(body: string): FunctionIR {
	const [fn] = engine.read(
		`${HEAD}\n{\n\tget_user_pages_fast(addr, 1, 0, pages);\n\t${body}\n}\n`,
		kernelFor('6.12'),
	).functions;
	if (!fn) throw new Error(`not read: ${body}`);
	expect(fn.hasNoSyntaxErrors, body).toBe(true);
	return fn;
}

const PLACES = new Set(['start', 'end', 'opStart', 'nameRange', 'argsRange', 'text']);

/** Blocks that are reached, numbered as they are met, without places. */
function shapeOf(fn: FunctionIR): unknown {
	const order: number[] = [];
	const pending = [0];
	for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
		if (order.includes(id)) continue;
		order.push(id);
		pending.push(...[...(fn.blocks[id]?.successors ?? [])].reverse());
	}
	const blocks = order.map((id) => {
		const { steps, test, successors, stops } = fn.blocks[id] ?? {};
		return { steps, test, stops, successors: successors?.map((next) => order.indexOf(next)) };
	});
	return JSON.parse(JSON.stringify(blocks, (key, value) => (PLACES.has(key) ? undefined : value)));
}

describe('expressions', () => {
	it.each([
		['g(*(pages + i));', 'g(pages[i]);'],
		['g(*&n);', 'g(n);'],
		['g(&*pages);', 'g(pages);'],
		['g(&pages[0]);', 'g(pages);'],
		['g((*dev).nr);', 'g(dev->nr);'],
		['g((&dev->map)->nr);', 'g(dev->map.nr);'],
		['g(out[0]);', 'g(*out);'],
		['g(i + pages);', 'g(pages + i);'],
		['g(1 + i);', 'g(i + 1);'],
		['g(3 + 1);', 'g(4);'],
		['g((i));', 'g(i);'],
		['(g)(i);', 'g(i);'],
		['(void)g(i);', 'g(i);'],
		['i = i + n;', 'i += n;'],
		['i = n + i;', 'i += n;'],
		['i += 1;', 'i++;'],
		['dev->run[n - 1].nr = dev->run[n - 1].nr + 1;', 'dev->run[n - 1].nr++;'],
		['on = !(i < n);', 'on = i >= n;'],
		['on = (i < n) != 0;', 'on = i < n;'],
		['on = (i < n) == false;', 'on = i >= n;'],
		['on = MOST > i;', 'on = i < MOST;'],
	])('%s is %s', (one, other) => {
		expect(shapeOf(lowered(one))).toEqual(shapeOf(lowered(other)));
	});

	it.each([
		['i = n - i;', 'i -= n;'],
		['g(pages[i]);', 'g(pages[0]);'],
		['g(i - 1);', 'g(1 - i);'],
		['on = i < n;', 'on = n < i;'],
	])('%s is not %s', (one, other) => {
		expect(shapeOf(lowered(one))).not.toEqual(shapeOf(lowered(other)));
	});
});

describe('tests', () => {
	it.each([
		['if (on != 0) g();', 'if (on) g();'],
		['if (false == on) g();', 'if (!on) g();'],
		['if (g() == 0) h();', 'if (!g()) h();'],
		['if (pages[i] != NULL) g();', 'if (pages[i]) g();'],
		['if ((i) && n == 1) g();', 'if (i && n == 1) g();'],
		['if ((n) & FOLL_WRITE) g();', 'if (n & FOLL_WRITE) g();'],
		['if ((i = g()) < n) h();', 'i = g(); if (i < n) h();'],
	])('%s is %s', (one, other) => {
		expect(shapeOf(lowered(one))).toEqual(shapeOf(lowered(other)));
	});

	it('that a variable keeps for the next test alone are that test', () => {
		const tests = (body: string) => JSON.stringify(lowered(body).blocks.map(({ test }) => test?.kind));
		expect(tests('bool off = i < n; if (off) g();')).toBe(tests('bool off; if (i < n) g();'));
		expect(tests('bool off = i < n; if (off) g(off);')).not.toBe(tests('bool off; if (i < n) g(i);'));
	});
});

describe('loops', () => {
	it.each([
		['while (1) { if (i >= n) break; g(); }', 'while (i < n) g();'],
		['for (;;) { if (!(i < n)) break; g(); }', 'for (; i < n; ) g();'],
		['if (i < n) do { g(); i++; } while (i < n);', 'while (i < n) { g(); i++; }'],
		['do { g(); } while (0);', 'g();'],
		['while (n > i) i++;', 'while (i < n) i++;'],
		['while (!!(i--)) g();', 'while (i--) g();'],
	])('%s is %s', (one, other) => {
		expect(shapeOf(lowered(one))).toEqual(shapeOf(lowered(other)));
	});

	it('do { } while (0) that is left early stays one', () => {
		expect(lowered('do { if (i) break; g(); } while (0);').loops).toHaveLength(1);
		expect(lowered('do { g(); } while (0);').loops).toHaveLength(0);
	});

	it('have what is assigned before them as their first part', () => {
		const [loop] = lowered('i = 0; while (i < n) { g(); i++; }').loops;
		expect(loop?.init).toMatchObject({ kind: 'assign', left: { name: 'i' } });
		const [later] = lowered('i = 0; g(&i); while (i < n) { g(); i++; }').loops;
		expect(later?.init).toBeUndefined();
	});
});

describe('variables', () => {
	const argument = (body: string) => lowered(body).calls.find(({ name }) => name === 'g')?.args[0];

	it('that are another name of one are that one', () => {
		expect(argument('struct page **other = pages; g(other); h(other);')).toMatchObject({ name: 'pages' });
		expect(argument('struct page **a = pages; struct page **b = a; g(b); h(a);')).toMatchObject({ name: 'pages' });
	});

	it('that change, or whose original does, are not', () => {
		expect(argument('struct page **other = pages; g(other); other++;')).toMatchObject({ name: 'other' });
		expect(argument('struct page **other = pages; pages++; g(other);')).toMatchObject({ name: 'other' });
		expect(argument('struct page **other = pages; k(&pages); g(other); h(other);')).toMatchObject({ name: 'other' });
		expect(argument('int old = i; get_user(i, dev->p); g(old); h(old);')).toMatchObject({ name: 'old' });
		expect(argument('int old = i; g(old, i++);')).toMatchObject({ name: 'old' });
		expect(argument('unsigned int other = i; g(other); h(other);')).toMatchObject({ name: 'other' });
	});

	it('that the statement behind them alone reads may be of one that changes later', () => {
		expect(argument('int old = i; g(old); i++;')).toMatchObject({ name: 'i' });
	});

	it('have the pointer type behind a typedef', () => {
		const type = lowered('page_ptr *all;').locals.find(({ name }) => name === 'all')?.type;
		expect(type).toEqual({ base: 'struct page', pointers: 2, array: false });
	});

	it.each([
		['long unsigned int', 'unsigned long'],
		['unsigned /* c */ int', 'unsigned int'],
		['unsigned', 'unsigned int'],
		['signed', 'int'],
		['unsigned char', 'unsigned char'],
		['long long int', 'long long'],
	])('%s is spelt %s', (written, base) => {
		expect(lowered(`${written} v;`).locals.find(({ name }) => name === 'v')?.type.base).toBe(base);
	});
});
