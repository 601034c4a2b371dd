import { describe, expect, it } from 'vitest';
import { differences } from '../../scripts/golden/differ.js';
import { flowsOf } from '../../scripts/golden/flows.js';
import type { Item } from '../../scripts/golden/item.js';
import { checkFace, itemsOf } from '../../scripts/golden/items.js';
import type { Engine } from '../../server/src/engine.js';
import { kernelFor } from '../../server/src/kernel/index.js';
import { engine } from '../kernel/corpus.js';
import { ATTACH, DETACH } from '../support/dunlin.js';
import { scratch } from '../support/scratch.js';

const DRIVER = 'drivers/misc/dunlin.c';

function dump(text: string): Item[] {
	return itemsOf(engine, { file: 'test/dunlin.c', text, path: DRIVER, kernel: kernelFor('6.12'), neighbours: [] });
}

const TEXT = ATTACH + DETACH.replace('#include "dunlin.h"\n', '');

describe('a dump', () => {
	it('is the same twice', () => {
		expect(differences(dump(TEXT), dump(TEXT))).toEqual([]);
	});

	it('has findings, sites, offers, partners and hovers', () => {
		const kinds = new Set(dump(TEXT).map(({ kind }) => kind));
		expect(kinds).toEqual(new Set(['file', 'finding', 'site', 'offer', 'partners', 'hover']));
		expect(dump(TEXT.replace('FOLL_WRITE', 'FOLL_WRITE | FOLL_GET')).some(({ kind }) => kind === 'fix')).toBe(true);
	});

	it('has no offsets, only lines and columns', () => {
		const [site] = dump(TEXT).filter(({ kind }) => kind === 'site');
		expect(site?.value).toMatchObject({ at: '5:12-5:31', verdict: 'convert' });
		expect(JSON.stringify(dump(TEXT))).not.toMatch(/"(?:start|end)":/);
	});

	it('differs where a flag or a release does', () => {
		const kindsOf = (text: string) => new Set(differences(dump(TEXT), dump(text)).map(({ kind }) => kind));
		expect(kindsOf(TEXT.replace('FOLL_WRITE', 'FOLL_FORCE'))).toContain('finding');
		expect(kindsOf(TEXT.replace('release_pages(dun->pages, got)', '(void)got'))).toContain('partners');
	});

	it('differs where only the path of the pages does', async () => {
		const flow = async (text: string) => {
			const folder = scratch({ [DRIVER]: text });
			return flowsOf(dump(text), folder, DRIVER, '6.12');
		};
		const [before] = await flow(TEXT);
		expect(before).toMatchObject({ kind: 'flow', key: 'line 5', value: expect.stringContaining('path 1 of') });
		expect(differences(await flow(TEXT), await flow(TEXT))).toEqual([]);
		expect(differences(await flow(TEXT), await flow(TEXT.replace('return -EFAULT', 'return -EIO')))).not.toEqual([]);
	});

	it('says what a revision lacks', () => {
		const poor = { open: () => ({ audit() {}, dispose() {} }) } as unknown as Engine;
		expect(() => checkFace(poor)).toThrow('has no offers(), wholeFile(), partners(), partnersAt()');
	});
});
