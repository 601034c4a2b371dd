/** Edits of a file as changes of statements, parameters and fields: what a semantic patch is made of. */
import type { FileContext } from '../analysis/context.js';
import { applyEdits } from '../rules/apply.js';
import type { Edit } from '../rules/rule.js';
import type { FunctionIR, Range } from '../syntax/ir.js';
import type { Hunk } from './plan.js';
import { type Statement, statementsOf } from './statements.js';

/** Statements in a row with all edits that belong to them. */
interface Touched extends Range {
	readonly fn: FunctionIR;
	readonly edits: readonly Edit[];
}

class Hunks {
	readonly found: Hunk[] = [];
	private readonly trees = new Map<FunctionIR, Statement | undefined>();
	private readonly touched: Touched[] = [];
	private readonly file: FileContext;

	constructor(file: FileContext) {
		this.file = file;
	}

	add(edit: Edit): void {
		const { ir } = this.file;
		const name = ir.around(edit.start);
		const fn = name === undefined ? undefined : ir.lookup(name);
		if (!fn) this.field(edit);
		else if (edit.start < fn.body.start) this.push(fn, 'parameter', '', edit.text);
		else this.inside(fn, edit);
	}

	done(): readonly Hunk[] {
		for (const { fn, start, end, edits } of this.touched) {
			const before = this.file.text.slice(start, end);
			const moved = edits.map((edit) => ({ ...edit, start: edit.start - start, end: Math.min(edit.end, end) - start }));
			const declares = fn.locals.some((local) => start <= local.start && local.start < end);
			this.push(fn, declares ? 'declaration' : 'statement', before, applyEdits(before, moved));
		}
		return this.found;
	}

	private inside(fn: FunctionIR, edit: Edit): void {
		if (!this.trees.has(fn)) this.trees.set(fn, statementsOf(this.file.text, fn.body));
		const root = this.trees.get(fn);
		if (root?.kind !== 'block') return this.push(fn, 'hand', '', edit.text);
		const written = edit.start + this.file.slice(edit).trimEnd().length;
		// at the top of the function: before its first statement
		const { start, end } = holding(root, edit.start, written) ?? root.body[0] ?? root;
		const from = Math.max(edit.start, start);
		const mine = { ...edit, start: from, end: Math.max(from, edit.end) };
		const last = this.touched.at(-1);
		// what stands next to each other is one place: alone, the second might be found elsewhere as well
		if (last?.fn === fn && this.file.text.slice(last.end, start).trim() === '')
			this.touched.splice(-1, 1, {
				...last,
				start: Math.min(last.start, start),
				end: Math.max(last.end, end),
				edits: [...last.edits, mine],
			});
		else this.touched.push({ fn, start, end, edits: [mine] });
	}

	/** A line behind that of a field. */
	private field({ start, text }: Edit): void {
		const before = this.file.text.slice(0, start);
		const record = [...before.matchAll(/^struct\s+(\w+)\s*\{/gm)].at(-1)?.[1];
		const line = before.slice(before.lastIndexOf('\n') + 1).replace(/\/\*.*?(?:\*\/|$)|\/\/.*/g, '');
		const path = this.file.unit.sourceOf(start).from?.path;
		const isInside = !/\n\}/.test(before.slice(before.lastIndexOf(`struct ${record}`)));
		if (record === undefined || !isInside) {
			this.found.push({ path, function: line.trim(), kind: 'hand', before: '', after: text });
			return;
		}
		this.found.push({ path, function: record, kind: 'field', before: line.trim(), after: line.trim() + text });
	}

	private push({ start, name }: FunctionIR, kind: Hunk['kind'], before: string, after: string): void {
		this.found.push({ path: this.file.unit.sourceOf(start).from?.path, function: name, kind, before, after });
	}
}

function inside(at: Statement): readonly Statement[] {
	if (at.kind === 'block') return at.body;
	if (at.kind === 'if') return [at.then, ...(at.otherwise ? [at.otherwise] : [])];
	return at.kind === 'loop' ? [at.body] : [];
}

/** The smallest statement that is no block around a range, its ends included. */
function holding(at: Statement, start: number, end: number): Statement | undefined {
	if (start < at.start || end > at.end) return undefined;
	for (const one of inside(at)) {
		const found = holding(one, start, end);
		if (found) return found;
	}
	return at.kind === 'block' ? undefined : at;
}

/** In the order of the first edit of each; edits are of the text of the unit. */
export function hunksOf(file: FileContext, edits: readonly Edit[]): readonly Hunk[] {
	const hunks = new Hunks(file);
	for (const edit of [...edits].sort((a, b) => a.start - b.start || a.end - b.end)) hunks.add(edit);
	return hunks.done();
}
