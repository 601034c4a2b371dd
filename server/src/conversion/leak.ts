/** A release that is missing on an error path of the function that takes a page: where it goes. */

import type { ApiCall, FileContext } from '../analysis/context.js';
import { lifecycles, type ResourceLifecycle } from '../analysis/ownership/lifecycle.js';
import { ownershipOf } from '../analysis/ownership/ownership.js';
import { bare, everywhere, modifiedBy, place, postorder } from '../analysis/walk.js';
import type { Edit } from '../rules/rule.js';
import type { CallExpr, Expr, FunctionIR, Range } from '../syntax/ir.js';
import { indentation, lineEnd } from './layout.js';
import type { MissingRelease } from './plan.js';
import { contents, pathTo, type Statement, statementsOf } from './statements.js';

type Conditional = Statement & { readonly kind: 'if' };

/** The one page that the call stores, as an expression; undefined where it is none that can be written. */
function pageOf(file: FileContext, taking: ApiCall): string | undefined {
	const pages = taking.arg('pages');
	const at = pages && bare(pages);
	if (at?.kind === 'unary' && at.op === '&') return file.slice(at.operand);
	const isPlain = (expr: Expr): boolean => /^[\w.>[\]-]+$/.test(file.slice(expr));
	if (at?.kind === 'binary' && at.op === '+' && isPlain(at.left) && isPlain(at.right))
		return `${file.slice(at.left)}[${file.slice(at.right)}]`;
	return undefined;
}

/** Variables of the expression, which must be the same where it is written again. */
function variablesOf(pages: Expr): ReadonlySet<string> {
	const names = new Set<string>();
	postorder(pages, (part) => {
		if (part.kind === 'name') names.add(part.name);
	});
	return names;
}

function isChanged(fn: FunctionIR, names: ReadonlySet<string>, { start, end }: Range): boolean {
	let changed = false;
	everywhere(fn, (part) => {
		if (part.start < start || part.end > end) return;
		const target = modifiedBy(part);
		if (target && names.has(place(target) ?? '')) changed = true;
	});
	return changed;
}

/** `if (...) goto out;`, with or without brackets. */
function leaves(file: FileContext, at: Statement): at is Conditional {
	if (at.kind !== 'if' || at.otherwise) return false;
	const last = contents(at.then).at(-1);
	return last?.kind === 'simple' && /^(?:goto|return)\b/.test(file.slice(last));
}

/** The branch behind the taking call, in the same list of statements, by which the leaking path leaves. */
function branchOf(
	file: FileContext,
	{ fn, call, exits: ways }: ResourceLifecycle,
): { branch: Conditional; failing: string | undefined } | undefined {
	const root = statementsOf(file.text, fn.body);
	const path = root ? pathTo(root, call.start) : [];
	const list = path.findLast(({ kind }) => kind === 'block');
	const own = path.at(-1);
	if (list?.kind !== 'block' || !own || !list.body.includes(own)) return undefined;
	const behind = list.body.slice(list.body.indexOf(own) + 1).filter((at) => leaves(file, at));
	for (const { ending, state } of ways) {
		if (ending.kind !== 'left') continue;
		for (let step = state.trace; step; step = step.before) {
			const { start, end, event } = step;
			const branch = behind.find((at) => at.kind === 'if' && at.test.start === start && at.test.end === end);
			if (branch?.kind !== 'if' || event.kind !== 'branch' || !event.truth) continue;
			const before = list.body[list.body.indexOf(branch) - 1];
			const tested = callIn(fn, branch.test) ?? (before?.kind === 'simple' ? callIn(fn, before) : undefined);
			return { branch, failing: tested === call ? undefined : tested?.name };
		}
	}
	return undefined;
}

/** The call that a test is about, or whose result it asks. */
function callIn(fn: FunctionIR, { start, end }: Range): CallExpr | undefined {
	return fn.calls.find((call) => start <= call.start && call.end <= end);
}

function inserted(file: FileContext, { test, then, start }: Conditional, release: string): Edit | undefined {
	const end = lineEnd(file.text);
	const lead = indentation(file.text, start);
	const last = contents(then).at(-1);
	if (!last || /\b(?:put_page|release_pages|folio_put|unpin_\w+)\s*\(/.test(file.slice(then))) return undefined;
	if (then.kind === 'block')
		return { start: last.start, end: last.start, text: `${release}${end}${indentation(file.text, last.start)}` };
	const from = file.text.indexOf(')', test.end) + 1;
	// a comment between would be lost
	if (file.text.slice(from, then.start).trim() !== '') return undefined;
	return {
		start: from,
		end: then.end,
		text: ` {${end}${lead}\t${release}${end}${lead}\t${file.slice(then)}${end}${lead}}`,
	};
}

/**
 * The release of a single page on the first error path that leaks it. Whether it is right, a new analysis tells: the leak is gone,
 * or it is one of another branch, and nothing else is wrong.
 */
export function missingRelease(file: FileContext, takings: readonly ApiCall[]): MissingRelease | undefined {
	const ownership = ownershipOf(file);
	// to follow the pages once more is only worth it then
	if (!takings.some(({ call }) => ownership.leaksFrom(call.start).some(({ short }) => !short))) return undefined;
	const starts = new Set(takings.map(({ call }) => call.start));
	for (const journey of lifecycles(file).filter(({ taking }) => starts.has(taking.call.start))) {
		const { fn, call, taking, kind, holding } = journey;
		if (call !== taking.call || kind !== 'reference' || holding?.askedConstant !== 1 || !file.unit.isOwn(fn)) continue;
		const page = pageOf(file, taking);
		const pages = taking.arg('pages');
		const found = page === undefined ? undefined : branchOf(file, journey);
		if (!found || !pages) continue;
		const { branch, failing } = found;
		if (isChanged(fn, variablesOf(pages), { start: call.end, end: branch.end })) continue;
		const edit = inserted(file, branch, `put_page(${page});`);
		if (edit) return { ...edit, failing };
	}
	return undefined;
}
