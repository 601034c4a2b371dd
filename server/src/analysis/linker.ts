/** Chooses the functions of other files that a file is analysed with. */
import type { Kernel } from '../kernel/types.js';
import type { Configuration } from '../syntax/conditions.js';
import { functionIndexOf, type IndexedFunction, mayDefine, mayUse } from '../syntax/function-index.js';
import type { FileIR } from '../syntax/ir.js';
import type { Fragment, SiblingFile } from '../syntax/linked-unit.js';
import type { CrossFileDependencies, NeededField, NeededFunction } from './cross-file-dependencies.js';

/** Functions of one other file that come along with one that is needed: the helpers it calls there. */
const MOST_TOGETHER = 16;
const DEEPEST_HELPER = 3;
/** Functions that use one field. */
const MOST_USERS = 12;
/** Functions linked to one file in all. */
const MOST_LINKED = 60;

/** Users of a field tell something of its pages when they do something with pages, most when they give them back. */
const ABOUT_PAGES = /^(?:un)?pin_|(?:^|_)(?:pages?|folios?)(?:_|$)|(?:^|_)dirty(?:_|$)/;
const GIVES_BACK = /^(?:put_page|release_pages|folio_put|unpin_\w+|__free_pages?)$/;

function calls(fn: IndexedFunction, pattern: RegExp): boolean {
	return [...fn.calls].some((name) => pattern.test(name));
}

export class Linker {
	readonly pieces: Fragment[] = [];
	/** Names of the functions that are linked so far. */
	readonly names = new Set<string>();
	private readonly text: string;
	private readonly ir: FileIR;
	private readonly kernel: Kernel;
	private readonly configuration: Configuration;
	private readonly neighbours: readonly SiblingFile[];
	private readonly statics = new Set<string>();
	private readonly refused = new Set<string>();
	/** Kernel functions that the module defines itself. */
	private readonly mine = new Set<string>();

	/** @param ir of the file's own text */
	constructor(
		text: string,
		ir: FileIR,
		kernel: Kernel,
		configuration: Configuration,
		neighbours: readonly SiblingFile[],
	) {
		this.text = text;
		this.ir = ir;
		this.kernel = kernel;
		this.configuration = configuration;
		this.neighbours = neighbours;
	}

	/** Link what is needed and can be had. @returns what is new by that */
	add({ functions, fields }: CrossFileDependencies): readonly Fragment[] {
		const before = this.pieces.length;
		for (const needed of functions) this.function(needed);
		for (const field of fields) this.users(field);
		return this.pieces.slice(before);
	}

	/** Link what the headers of a module define under the name of a kernel function. @returns what is new by that */
	own(): readonly Fragment[] {
		const before = this.pieces.length;
		for (const header of this.neighbours) {
			if (!header.isIncluded) continue;
			for (const [name, [one, other]] of functionIndexOf(header, this.configuration)) {
				if (!one || other || !this.kernel.api(name) || !new RegExp(`\\b${name}\\b`).test(this.text)) continue;
				this.mine.add(name);
				this.link(one);
			}
		}
		return this.pieces.slice(before);
	}

	/** The name means a function of the file or one that is linked. */
	isDefined(name: string): boolean {
		return this.ir.defined.has(name) || this.names.has(name);
	}

	private function({ name, fields }: NeededFunction): void {
		if (this.names.has(name) || this.refused.has(name)) return;
		const found = this.neighbours
			.filter(({ text }) => mayDefine(text, name))
			.flatMap((from) => functionIndexOf(from, this.configuration).get(name) ?? [])
			.filter(({ isStatic, from }) => !isStatic || from.path.endsWith('.h'));
		const sources = found.filter(({ from }) => !from.path.endsWith('.h'));
		const [one, other] = sources.length > 0 ? sources : found;
		// with two definitions the configuration decides, or the names only look alike
		if (!one || other || !this.link(one, fields)) this.refused.add(name);
	}

	/** Functions through which pages in a field are taken, given back or kept. */
	private users({ record, field }: NeededField): void {
		const tag = record.replace(/^(?:struct|union) /, '');
		const users = this.neighbours
			.filter(({ text }) => mayUse(text, record, field))
			.flatMap((from) => [...functionIndexOf(from, this.configuration).values()])
			.flatMap((same) => (same.length === 1 ? same : []))
			.filter((fn) => fn.usesField(field) && fn.names(tag));
		const telling = users.filter((fn) => calls(fn, ABOUT_PAGES));
		telling.sort((a, b) => Number(calls(b, GIVES_BACK)) - Number(calls(a, GIVES_BACK)));
		for (const fn of telling.slice(0, MOST_USERS)) if (!this.names.has(fn.name)) this.link(fn);
	}

	/**
	 * Link a function with its helpers; all or nothing, because a call must not end up in somebody else's function.
	 * @param fields one of which it must use; empty for a function that is wanted in any case
	 */
	private link(fn: IndexedFunction, fields: readonly string[] = []): boolean {
		const shelf = functionIndexOf(fn.from, this.configuration);
		const lot = new Set([fn]);
		let level = [fn];
		for (let depth = 0; depth < DEEPEST_HELPER; depth++) {
			level = level
				.flatMap(({ calls }) => [...calls])
				.flatMap((name) => {
					const [helper, twin] = shelf.get(name) ?? [];
					return helper && !twin && !lot.has(helper) && !this.isLinked(helper) ? helper : [];
				});
			for (const helper of level) lot.add(helper);
		}
		if (fields.length > 0 && ![...lot].some((one) => fields.some((field) => one.usesField(field)))) return false;
		if (lot.size > MOST_TOGETHER || this.names.size + lot.size > MOST_LINKED) return false;
		if ([...lot].some((one) => this.collides(one, shelf))) return false;
		for (const { name, isStatic, piece } of lot) {
			this.names.add(name);
			if (isStatic) this.statics.add(name);
			this.pieces.push(piece);
		}
		return true;
	}

	private isLinked({ piece }: IndexedFunction): boolean {
		return this.pieces.includes(piece);
	}

	/** The name, or one that it calls, means something else in the text so far. */
	private collides(
		{ name, isStatic, calls, from }: IndexedFunction,
		shelf: ReadonlyMap<string, readonly IndexedFunction[]>,
	): boolean {
		if (this.ir.defined.has(name) || this.names.has(name)) return true;
		if (this.mine.has(name)) return false;
		if (this.kernel.api(name)) return true;
		// that of a header is meant where it is called
		const isHidden = isStatic && !from.path.endsWith('.h');
		if (isHidden && new RegExp(`\\b${name}\\b`).test(this.text)) return true;
		return [...calls].some((callee) => !shelf.has(callee) && (this.statics.has(callee) || this.isOwnStatic(callee)));
	}

	private isOwnStatic(name: string): boolean {
		return this.ir.defined.has(name) && this.ir.lookup(name)?.isStatic !== false;
	}
}
