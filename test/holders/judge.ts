/** What the engine says of the programs of a cell. */
import { kernelFor } from '../../server/src/kernel/index.js';
import { engine } from '../kernel/corpus.js';
import { type Cell, FORMS, type Form } from './cell.js';
import { PAIRING } from './fault.js';
import { program } from './program.js';

const OPTIONS = { path: 'drivers/misc/example.c', kernel: kernelFor('6.12'), fixes: false };

export interface Judgement {
	readonly form: Form;
	/** The wrong program has a finding of a rule of the fault. */
	readonly isFound: boolean;
	/** Rules that speak of the right program and may not. */
	readonly said: readonly string[];
	/** Functions of either program that were not read to the end. */
	readonly unread: readonly string[];
}

/** Rules by program: many cells have the same right one. */
const known = new Map<string, { readonly rules: readonly string[]; readonly unread: readonly string[] }>();

function rulesOf(text: string) {
	const before = known.get(text);
	if (before) return before;
	const { findings, unread, bounded } = engine.analyse(text, OPTIONS);
	const said = { rules: [...new Set(findings.map(({ rule }) => rule))], unread: [...unread, ...bounded] };
	known.set(text, said);
	return said;
}

/** Every form of a cell. */
export function judge({ holder, fault }: Cell): readonly Judgement[] {
	return FORMS.map((form) => {
		const wrong = rulesOf(program(holder, form, fault, true));
		const right = rulesOf(program(holder, form, fault, false));
		return {
			form,
			isFound: fault.rules.some((rule) => wrong.rules.includes(rule)),
			said: right.rules.filter((rule) => PAIRING.includes(rule) || fault.rules.includes(rule)),
			unread: [...wrong.unread, ...right.unread],
		};
	});
}
