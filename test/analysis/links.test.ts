/** Findings that rest on functions of other files, and what keeps a wrong function out. */
import { describe, expect, it } from 'vitest';
import type { Neighbour } from '../../server/src/engine.js';
import { engine, kernel } from '../syntax/engine.js';

const DUCK_H = `struct duck { struct page **pages; int nr; };
void duck_put(struct page **pages, int nr);
int duck_sum(struct page **pages, int nr);
void duck_close(struct duck *duck);
`;

function beside(text: string, path = 'drivers/misc/duck_mem.c'): Neighbour {
	return { path, text };
}

interface Told {
	readonly rule: string;
	/** Line of the finding in its own file, trimmed. */
	readonly line: string;
	/** "path:line" of related places in other files. */
	readonly elsewhere: readonly string[];
}

function findings(text: string, neighbours: readonly Neighbour[], path = 'drivers/misc/duck.c'): Told[] {
	return engine.analyse(text, { path, kernel, neighbours, fixes: false }).findings.map(({ rule, start, related }) => ({
		rule,
		line: text.slice(text.lastIndexOf('\n', start) + 1, text.indexOf('\n', start)).trim(),
		elsewhere: related.flatMap(({ place }) => (place ? [`${place.path}:${place.line}`] : [])),
	}));
}

const ARRAY = `int duck_read(unsigned long addr, int nr)
{
	struct page *pages[16];
	int got;

	if (nr > 16)
		return -EINVAL;
	got = pin_user_pages_fast(addr, nr, 0, pages);
	if (got < 0)
		return got;
	duck_put(pages, got);
	return 0;
}
`;

/** Gives the pages back as what they are. */
const RIGHT = `void duck_put(struct page **pages, int nr)
{
	unpin_user_pages(pages, nr);
}
`;

const WRONG = `static void duck_put_one(struct page *page)
{
	put_page(page);
}

void duck_put(struct page **pages, int nr)
{
	int i;

	for (i = 0; i < nr; i++)
		duck_put_one(pages[i]);
}
`;

const FIELD = `#include "duck.h"

int duck_open(struct duck *duck, unsigned long addr, int nr)
{
	duck->nr = pin_user_pages_fast(addr, nr, FOLL_LONGTERM, duck->pages);
	return duck->nr < 0 ? duck->nr : 0;
}
`;

const CLOSE = `#include "duck.h"

void duck_close(struct duck *duck)
{
	int i;

	for (i = 0; i < duck->nr; i++)
		RELEASE(duck->pages[i]);
}
`;

describe('a function of another file', () => {
	it('that gives the pages back is where they end', () => {
		expect(findings(ARRAY, [beside(RIGHT)])).toEqual([]);
	});

	it('that releases them as something else is reported at its call', () => {
		const [wrong, ...more] = findings(ARRAY, [beside(WRONG)]);
		expect(more).toEqual([]);
		expect(wrong).toMatchObject({ rule: 'pin-put-page', line: 'duck_put(pages, got);' });
		expect(wrong?.elsewhere).toContain('drivers/misc/duck_mem.c:3');
	});

	it('that gives one of them back as something else is reported too, unless something unseen decides', () => {
		const one = ARRAY.replace('duck_put(pages, got);', 'duck_put(pages, flags);');
		const drop = 'void duck_put(struct page **pages, int flags)\n{\n\tput_page(pages[0]);\n}\n';
		const wrong = (text: string) => findings(one, [beside(text)]).filter(({ rule }) => rule === 'pin-put-page');
		expect(wrong(drop)).toMatchObject([{ line: 'duck_put(pages, flags);' }]);
		const either = drop.replace('\tput_page', '\tif (flags)\n\t\tput_page');
		expect(wrong(either)).toEqual([]);
	});

	it('that only looks at them does not keep them', () => {
		const text = ARRAY.replace('duck_put(pages, got);', 'duck_sum(pages, got);');
		const sum = `int duck_sum(struct page **pages, int nr)
{
	int i, sum = 0;

	for (i = 0; i < nr; i++)
		sum += page_to_nid(pages[i]);
	return sum;
}
`;
		expect(findings(text, [])).toEqual([]);
		expect(findings(text, [beside(sum)]).map(({ rule }) => rule)).toEqual(['gup-leak']);
	});

	it('that keeps them, or hands them to somebody unknown, ends the matter', () => {
		const text = ARRAY.replace('duck_put(pages, got);', 'duck_sum(pages, got);');
		const keeps = 'int duck_sum(struct page **pages, int nr)\n{\n\treturn duck_queue(&duck_list, pages, nr);\n}\n';
		expect(findings(text, [beside(keeps)])).toEqual([]);
	});

	it('that releases what the caller releases again is a double release', () => {
		const text = ARRAY.replace('duck_put(pages, got);', 'duck_put(pages, got);\n\tunpin_user_pages(pages, got);');
		expect(findings(text, [beside(RIGHT)]).map(({ rule }) => rule)).toEqual(['gup-double-release']);
	});

	it('may call a further file', () => {
		const passes = 'void duck_put(struct page **pages, int nr)\n{\n\tduck_drop_all(pages, nr);\n}\n';
		const drops = WRONG.replaceAll('duck_put_one', 'duck_drop').replace('void duck_put(', 'void duck_drop_all(');
		const all = [beside(passes), beside(drops, 'drivers/misc/duck_drop.c')];
		expect(findings(ARRAY, all)).toMatchObject([{ rule: 'pin-put-page' }]);
	});
});

describe('a field of a struct of several files', () => {
	it('is given back in the other file as what was taken here', () => {
		const right = CLOSE.replace('RELEASE', 'unpin_user_page');
		expect(findings(FIELD, [beside(right), beside(DUCK_H, 'drivers/misc/duck.h')])).toEqual([]);
		expect(findings(right, [beside(FIELD)])).toEqual([]);
	});

	it('is reported where it is taken when the other file names nothing of the family', () => {
		const wrong = findings(FIELD, [beside(CLOSE.replace('RELEASE', 'put_page'))]);
		expect(wrong).toMatchObject([{ rule: 'pin-put-page', elsewhere: ['drivers/misc/duck_mem.c:8'] }]);
		expect(wrong[0]?.line).toContain('pin_user_pages_fast');
	});

	it('is kept there with a reason', () => {
		const kept = CLOSE.replace(
			'\t\tRELEASE',
			'\t\t/* gup-lens: keep pin-put-page -- the firmware pinned it */\n\t\tput_page',
		);
		expect(findings(FIELD, [beside(kept)])).toEqual([]);
	});

	it('is found behind many functions that only take a lock', () => {
		const others = Array.from(
			{ length: 14 },
			(_, i) => `int duck_state${i}(struct duck *duck)\n{\n\tspin_lock(&lock);\n\treturn duck->pages != NULL;\n}\n`,
		);
		const stats = beside(others.join('\n'), 'drivers/misc/a_stat.c');
		expect(findings(FIELD, [stats, beside(CLOSE.replace('RELEASE', 'put_page'))])).toMatchObject([
			{ rule: 'pin-put-page' },
		]);
	});

	it('is reported where it is given back when that file is looked at', () => {
		const get = FIELD.replace('pin_user_pages_fast', 'get_user_pages_fast').replace('FOLL_LONGTERM', '0');
		const close = CLOSE.replace('RELEASE', 'unpin_user_page');
		expect(findings(close, [beside(get, 'drivers/misc/duck.c')], 'drivers/misc/duck_mem.c')).toMatchObject([
			{ rule: 'get-unpin-page', line: 'unpin_user_page(duck->pages[i]);', elsewhere: ['drivers/misc/duck.c:5'] },
		]);
		expect(findings(get, [beside(close)]).filter(({ rule }) => rule === 'get-unpin-page')).toEqual([]);
	});

	it('of another struct is another field', () => {
		const goose = CLOSE.replace('RELEASE', 'put_page').replaceAll('duck', 'goose');
		expect(findings(FIELD, [beside(goose, 'drivers/misc/goose.c')])).toEqual([]);
	});
});

describe('what is not linked', () => {
	const silent = (...neighbours: Neighbour[]) => expect(findings(ARRAY, neighbours)).toEqual([]);

	it('a static function of another file, which nobody here can call', () => {
		silent(beside(WRONG.replace('void duck_put(', 'static void duck_put(')));
	});

	it('a function that two files define', () => {
		silent(beside(WRONG), beside(RIGHT, 'drivers/misc/duck_stub.c'));
	});

	it('a function that the file itself defines twice', () => {
		silent(beside(`#ifdef CONFIG_A\n${WRONG}#else\n${RIGHT}#endif\n`));
	});

	it('a function whose helper has a name that means something else here', () => {
		const text = `static void duck_put_one(struct page *page)\n{\n\tunpin_user_page(page);\n}\n\n${ARRAY}`;
		expect(findings(text, [beside(WRONG)])).toEqual([]);
	});

	it('a function of a file that has a function of the family of its own', () => {
		silent(
			beside(
				`${WRONG.replaceAll('put_page(page)', 'put_page(page, 1)')}\nvoid put_page(struct page *page, int n)\n{\n}\n`,
			),
		);
	});
});

describe('needs', () => {
	const options = { path: 'drivers/misc/duck.c', kernel };

	it('name the functions that get pages, and not those the tables know', () => {
		const text = ARRAY.replace(
			'duck_put(pages, got);',
			'pr_info("%p", pages);\n\tkvfree(pages);\n\tduck_put(pages, got);',
		);
		expect(engine.needs(text, options)).toEqual({
			functions: [{ name: 'duck_put', fields: [] }],
			fields: [],
			headers: [],
		});
	});

	it('name the fields pages wait in', () => {
		expect(engine.needs(FIELD, options).fields).toEqual([{ record: 'struct duck', field: 'pages' }]);
	});

	it('name functions that get an object, with the fields that matter', () => {
		const text = FIELD.replace('return duck->nr <', 'duck_note(duck, 1);\n\treturn duck->nr <');
		expect(engine.needs(text, options).functions).toEqual([{ name: 'duck_note', fields: ['pages'] }]);
	});

	it('go on with those of the functions that are linked', () => {
		const passes = 'void duck_put(struct page **pages, int nr)\n{\n\tduck_drop_all(pages, nr);\n}\n';
		const needs = engine.needs(ARRAY, { ...options, neighbours: [beside(passes)] });
		expect(needs.functions).toEqual([{ name: 'duck_drop_all', fields: [] }]);
	});

	it('are none of a file that names nothing of the family', () => {
		expect(engine.needs(CLOSE.replace('RELEASE', 'put_page'), options)).toEqual({
			functions: [],
			fields: [],
			// its macros may stand for the family
			headers: [{ name: 'duck.h', isAngled: false, from: options.path }],
		});
	});
});

it('a half-typed file is analysed with its neighbours all the same', () => {
	for (const cut of [40, 120, 180, 230, ARRAY.length - 3])
		expect(() => findings(ARRAY.slice(0, cut), [beside(WRONG)])).not.toThrow();
});

describe('a page that is stored in a field behind the call', () => {
	const OPEN = `#include "teal.h"

int teal_watch(struct file *filp, unsigned long addr)
{
	struct teal *teal = filp->private_data;
	struct page *page;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE | FOLL_LONGTERM, &page) != 1)
		return -EFAULT;
	if (teal->page)
		unpin_user_page(teal->page);
	teal->page = page;
	return 0;
}
`;
	const END = `#include "teal.h"

void teal_destroy(struct teal *teal)
{
	if (teal->page) {
		put_page(teal->page);
		teal->page = NULL;
	}
}
`;

	it('is given back there as what it is', () => {
		expect(findings(OPEN, [beside(END.replace('put_page', 'unpin_user_page'))])).toEqual([]);
		expect(findings(OPEN, [beside(END)])).toMatchObject([
			{ rule: 'pin-put-page', elsewhere: ['drivers/misc/duck_mem.c:6'] },
		]);
	});

	it('and one that was stored from elsewhere is anybody’s', () => {
		const other = `${END}\nvoid teal_lend(struct teal *teal, struct page *page)\n{\n\tteal->page = page;\n\tput_page(NULL);\n}\n`;
		expect(findings(OPEN, [beside(other)])).toEqual([]);
	});
});
