/** A function is one row: whoever adds one edits the table alone, and rules, advice, hovers, completion, grammar and audit know it. */
import { describe, expect, it, vi } from 'vitest';
import type { ApiRecord } from '../../server/src/kernel/types.js';

vi.mock(import('../../server/src/kernel/apis/index.js'), async (original) => {
	const table = await original();
	const { signatures } = await import('../../server/src/kernel/signatures.js');
	const row: ApiRecord = {
		name: 'pin_user_folios_fast',
		group: 'pin',
		takes: 'pin',
		fast: true,
		sleeps: 'always',
		meaning: 'pages',
		releasedBy: ['unpin_folios', 'unpin_folio'],
		summary: 'Pins the folios of a range.',
		returns: 'Folios pinned, which may be fewer than asked for; -errno only when none was pinned.',
		locking: 'Takes no lock.',
		cases: [2],
		signatures: signatures('include/linux/mm.h', [
			'6.12',
			'',
			'int pin_user_folios_fast(unsigned long start, int nr_folios, unsigned int gup_flags, struct folio **folios)',
		]),
	};
	const region: ApiRecord = {
		name: 'ib_umem_get_peer',
		group: 'helper',
		takes: 'region',
		fast: false,
		sleeps: 'always',
		site: false,
		meaning: 'page-or-err',
		releasedBy: ['ib_umem_release'],
		summary: 'Pins memory of a peer device.',
		returns: 'The memory region, or an ERR_PTR.',
		locking: 'Takes no lock.',
		cases: [2],
		signatures: signatures('include/rdma/ib_umem.h', [
			'6.12',
			'',
			'struct ib_umem *ib_umem_get_peer(struct ib_device *device, unsigned long addr)',
		]),
	};
	const API_RECORDS = [...table.API_RECORDS, row, region];
	return { API_RECORDS, API_NAMES: new Set(API_RECORDS.map(({ name }) => name)) };
});

const { engine } = await import('../kernel/corpus.js');
const { API_RECORDS } = await import('../../server/src/kernel/apis/index.js');
const { FLAG_RECORDS } = await import('../../server/src/kernel/flags.js');
const { kernelFor } = await import('../../server/src/kernel/index.js');
const { completionsAt, hoverAt, signatureAt } = await import('../../server/src/explain/index.js');
const { injectionOf } = await import('../../scripts/injection.js');

const kernel = kernelFor('6.12');
const options = { path: 'drivers/misc/a.c', kernel, neighbours: [], fixes: false };

/** What the new function is compared with: the function of the table that is like it, on pages. */
const TWIN: readonly (readonly [RegExp, string])[] = [
	[/\bpin_user_folios_fast\b/g, 'pin_user_pages_fast'],
	[/\bunpin_folio(s?)\b/g, 'unpin_user_page$1'],
	[/\bfolio_put\b/g, 'put_page'],
	[/\bstruct folio\b/g, 'struct page'],
	[/\bfolios\b/g, 'pages'],
];

const inWordsOfTwin = (text: string) => TWIN.reduce((now, [from, to]) => now.replace(from, to), text);

/** Rules and messages. */
function findings(text: string): string[] {
	return engine.analyse(text, options).findings.map(({ rule, message }) => `${rule}: ${message}`);
}

const using = (lines: string) => `int map(struct dev *d, unsigned long start, int nr)
{
	struct folio **folios = kvmalloc_array(nr, sizeof(*folios), GFP_KERNEL);
	int got;

	if (!folios)
		return -ENOMEM;
	got = pin_user_folios_fast(start, nr, FOLL_WRITE, folios);
	if (got < 0) {
		kvfree(folios);
		return got;
	}
${lines}
	kvfree(folios);
	return 0;
}
`;

const PROGRAMS: readonly (readonly [rule: string | undefined, text: string])[] = [
	[undefined, using('\tunpin_folios(folios, got);')],
	['gup-leak', using('\tif (d->busy)\n\t\treturn -EBUSY;\n\tunpin_folios(folios, got);')],
	['gup-partial-leak', using('\tif (got < nr)\n\t\treturn -EFAULT;\n\tunpin_folios(folios, got);')],
	['gup-short-count', using('\tunpin_folios(folios, nr);')],
	['gup-double-release', using('\tunpin_folios(folios, got);\n\tunpin_folios(folios, got);')],
	['pin-put-page', using('\tfor (int i = 0; i < got; i++)\n\t\tfolio_put(folios[i]);')],
	['gup-negative-unsigned', using('\tunpin_folios(folios, got);').replace('int got', 'unsigned int got')],
	['foll-get-with-pin', using('\tunpin_folios(folios, got);').replace('FOLL_WRITE', 'FOLL_GET')],
	[
		'gup-null-pages',
		'int map(unsigned long start)\n{\n\treturn pin_user_folios_fast(start, 4, FOLL_WRITE, NULL);\n}\n',
	],
	[
		'gup-atomic',
		using('\tspin_unlock(&d->lock);\n\tunpin_folios(folios, got);').replace(
			'\tgot =',
			'\tspin_lock(&d->lock);\n\tgot =',
		),
	],
];

describe('a function that is one row of the table', () => {
	it.each(PROGRAMS)('has the findings of its twin, and is named in their advice: %s', (rule, text) => {
		const found = findings(text);
		expect(found.map((line) => line.split(':')[0])).toEqual(rule === undefined ? [] : [rule]);
		if (rule !== 'gup-null-pages') expect(found.map(inWordsOfTwin)).toEqual(findings(inWordsOfTwin(text)));
	});

	it('may return one object for all its pages, which only its own function releases', () => {
		const text = (lines: string) => `int map(struct dev *d, unsigned long start)
{
	struct ib_umem *umem = ib_umem_get_peer(d->device, start);

	if (IS_ERR(umem))
		return PTR_ERR(umem);
${lines}
	ib_umem_release(umem);
	return 0;
}
`;
		expect(findings(text(''))).toEqual([]);
		expect(findings(text('\tif (d->busy)\n\t\treturn -EBUSY;'))).toEqual([
			'gup-leak: umem: pinned by ib_umem_get_peer(), but leaked on a return path; ib_umem_release() it on that path',
		]);
		expect(findings(text('\tib_umem_release(umem);')).map((line) => line.split(':')[0])).toEqual([
			'gup-double-release',
		]);
		expect(engine.audit(text(''), options).sites).toEqual([]);
	});

	it('is a site of the audit', () => {
		const [, text] = PROGRAMS[0] as (typeof PROGRAMS)[number];
		const { sites } = engine.audit(text, options);
		expect(sites.map(({ api, release, flags }) => [api, release, flags])).toEqual([
			['pin_user_folios_fast', 'unpin_folios', 'FOLL_WRITE'],
		]);
	});

	it('has a hover, its flags, its signature and its colour', () => {
		const [, text] = PROGRAMS[0] as (typeof PROGRAMS)[number];
		const at = text.indexOf('pin_user_folios_fast') + 4;
		expect(hoverAt(text, at, { ...options })?.markdown).toMatch(/unpin_folios[\s\S]*Pins the folios of a range/);
		const flags = text.indexOf('FOLL_WRITE');
		expect(completionsAt(text, flags, { kernel })?.items.map(({ name }) => name)).toContain('FOLL_LONGTERM');
		expect(signatureAt(text, flags, kernel)?.label).toContain('pin_user_folios_fast(');
		expect(JSON.stringify(injectionOf(API_RECORDS, FLAG_RECORDS))).toContain('pin_user_folios_fast');
	});
});
