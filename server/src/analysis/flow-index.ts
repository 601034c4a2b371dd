/** The flows of pages in a file by the places they connect. */

import { FIELD_STORES } from '../kernel/page-flow.js';
import type { FunctionIR } from '../syntax/ir.js';
import { memoize } from '../syntax/memoize.js';
import type { FileContext } from './context.js';
import { ANY_FIELD, keyOf, type PagePlace } from './page-places.js';
import { flowsOf, type PageFlow, type Wrapped } from './points-to-constraints.js';

/** A flow and where it stands: its function, and its place among the flows of that. */
interface Entry {
	readonly fn: FunctionIR;
	readonly order: number;
	readonly flow: PageFlow;
}

/** The index of a file, shared by all questions about it. */
export const flowIndex = memoize((file: FileContext): FlowIndex => new FlowIndex(file));

export class FlowIndex {
	private readonly file: FileContext;
	private readonly entries = new Map<string, Entry[]>();
	private readonly wrapped = new Map<string, readonly Wrapped[]>();
	private readonly added = new Set<FunctionIR>();
	/** Functions that have a word, in their order. */
	private readonly naming = new Map<string, ReadonlyMap<FunctionIR, number>>();

	constructor(file: FileContext) {
		this.file = file;
	}

	/** Flows into a place, or by which another name stands for it, in the functions that name it; in the order of the text. */
	at(place: PagePlace): readonly PageFlow[] {
		const { root } = place;
		if (root.kind === 'variable') return this.within(root.fn, keyOf(place));
		const flows = this.named(keyOf(place), place.path.at(-1) ?? root.name);
		if (root.kind !== 'record' || place.path.length !== 1) return flows;
		const some = this.named(keyOf({ root, path: [ANY_FIELD] }), root.name);
		return some.length === 0 ? flows : [...flows, ...some.map((flow) => ({ ...flow, into: place }))];
	}

	private named(key: string, name: string): readonly PageFlow[] {
		const functions = this.functionsNaming(/\w+$/.exec(name)?.[0] ?? name);
		return (this.entries.get(key) ?? [])
			.filter(({ fn }) => functions.has(fn))
			.sort((a, b) => (functions.get(a.fn) as number) - (functions.get(b.fn) as number) || a.order - b.order)
			.map(({ flow }) => flow);
	}

	/** The same of one function, by the key of the place. */
	within(fn: FunctionIR, key: string): readonly PageFlow[] {
		this.add(fn);
		return (this.entries.get(key) ?? []).flatMap((entry) => (entry.fn === fn ? entry.flow : []));
	}

	/** Objects of a record that calls of this file make from pages. */
	wrappedAs(record: string): readonly Wrapped[] {
		let made = this.wrapped.get(record);
		if (!made) {
			const word = /\w+$/.exec(record)?.[0] ?? record;
			made = this.file.ir
				.naming(word)
				.flatMap((fn) => flowsOf(this.file, fn).wrapped)
				.filter((one) => one.record === record);
			this.wrapped.set(record, made);
		}
		return made;
	}

	private functionsNaming(word: string): ReadonlyMap<FunctionIR, number> {
		let functions = this.naming.get(word);
		if (!functions) {
			const all = [...new Set([...this.file.ir.naming(word), ...this.storing(word)])];
			for (const fn of all) this.add(fn);
			functions = new Map(all.map((fn, i) => [fn, i]));
			this.naming.set(word, functions);
		}
		return functions;
	}

	/** Functions that store into a field of this name without naming it. */
	private storing(field: string): FunctionIR[] {
		return [...FIELD_STORES].flatMap(([name, fields]) => (field in fields ? this.file.ir.callers(name) : []));
	}

	private add(fn: FunctionIR): void {
		if (this.added.has(fn)) return;
		this.added.add(fn);
		flowsOf(this.file, fn).flows.forEach((flow, order) => {
			const { into, from, how } = flow;
			const keys = new Set([keyOf(into)]);
			if (how === 'alias' && from.kind === 'place') keys.add(keyOf(from.place));
			for (const key of keys) {
				const entries = this.entries.get(key);
				if (entries) entries.push({ fn, order, flow });
				else this.entries.set(key, [{ fn, order, flow }]);
			}
		});
	}
}
