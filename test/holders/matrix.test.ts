/** Holders and faults: what is found in one holder is found in all, but for the gaps that are known. */
import { describe, expect, it } from 'vitest';
import { CELLS, FORMS, nameOf } from './cell.js';
import { gaps } from './gaps.js';
import { HOLDERS } from './holders.js';
import { judge } from './judge.js';
import { program } from './program.js';

const CLOSED = 'not what test/holders/gaps.ts says: a closed gap is dropped there, another one is to be mended';

describe.each(HOLDERS.map(({ name }) => ({ name })))('$name', ({ name }) => {
	const own = CELLS.filter(({ holder, without }) => holder.name === name && without === undefined);

	it.each(own.map((cell) => ({ fault: cell.fault.name, cell })))('$fault', ({ cell }) => {
		const judgements = judge(cell);
		for (const { form, unread, said } of judgements) {
			expect(unread, form.name).toEqual([]);
			expect(said, `said of the right program: ${form.name}`).toEqual([]);
		}
		const missed = judgements.filter(({ isFound }) => !isFound).map(({ form }) => form.name);
		const known = gaps.filter((gap) => gap.holder === name && gap.fault === cell.fault.name);
		const expected = FORMS.map((form) => form.name).filter((form) => known.some((gap) => gap.missed.includes(form)));
		expect(missed, CLOSED).toEqual(expected);
	});
});

it('each gap is about a cell, and none is told twice', () => {
	const cells = new Set(CELLS.filter(({ without }) => without === undefined).map(nameOf));
	const unknown = gaps.map(({ holder, fault }) => `${holder}, ${fault}`).filter((name) => !cells.has(name));
	expect(unknown).toEqual([]);
	const forms = gaps.flatMap(({ holder, fault, missed }) => missed.map((form) => `${holder}, ${fault}: ${form}`));
	expect(new Set(forms).size).toBe(forms.length);
});

it('the wrong program of a cell is another one than the right one', () => {
	for (const { holder, fault, without } of CELLS)
		for (const form of FORMS)
			if (without === undefined)
				expect(program(holder, form, fault, true)).not.toBe(program(holder, form, fault, false));
});
