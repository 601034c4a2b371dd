import type { ApiCall, FileContext } from '../analysis/context.js';
import { nonFormatArguments, tells } from '../analysis/format-arguments.js';
import { becomesUnsigned, type Integer, integer, integerOf, typeOfExpr } from '../analysis/integers.js';
import {
	followResults,
	isRequest,
	mayBeNegative,
	type Narrow,
	type Relation,
	type Results,
	relations,
	requestsOf,
	type Types,
	type UncheckedResult,
	valueKey,
} from '../analysis/results.js';
import { bare, parts, place, roots } from '../analysis/walk.js';
import { acquires, wordsOf } from '../kernel/acquiring.js';
import type { Expr, FunctionIR, Range, Step } from '../syntax/ir.js';
import { unwrap } from '../syntax/lower.js';
import type { Fix, Report, Rule } from './rule.js';

const ORDERED = new Set(['<', '>', '<=', '>=']);

interface Seen {
	readonly file: FileContext;
	readonly fn: FunctionIR;
	/** Places that the function asks for an errno in a way that works on an unsigned. */
	readonly asked: ReadonlySet<string>;
	report(finding: Report): void;
}

function typeOf(file: FileContext, fn: FunctionIR, at: Expr): Integer | undefined {
	const type = typeOfExpr(at, fn, file.ir);
	return type && integer(type, file.ir.typedefs);
}

/** A value that may be a negative errno: a result variable, or the call itself. */
interface Doubtful {
	/** As the message names it. */
	readonly name: string;
	readonly type: Integer | undefined;
	readonly call: ApiCall;
	/** It is no success any more (see Unchecked). */
	readonly short: boolean;
}

/** The result an operand is, reads, or has just assigned. */
function resultOf(seen: Seen, results: Results, operand: Expr): Doubtful | undefined {
	const at = unwrap(operand);
	if (at.kind === 'call') {
		const call = seen.file.apiCall(at);
		const returns = call?.api.signature?.returns;
		if (!call || !returns || !mayBeNegative(call, seen.file.kernel)) return undefined;
		return {
			name: 'the result',
			type: integer({ base: returns, pointers: 0, array: false }, new Map()),
			call,
			short: false,
		};
	}
	const read = at.kind === 'assign' ? unwrap(at.left) : at;
	const name = read.kind === 'cast' ? undefined : place(read);
	const held = name === undefined ? undefined : results.get(name);
	return name !== undefined && held ? { name, type: held.type, call: held.call, short: held.short } : undefined;
}

/** `ret < (int)nr`, where the other side is a plain name or field. */
function castFix(file: FileContext, other: Expr, type: Integer): readonly Fix[] {
	const at = unwrap(other);
	if (at.kind !== 'name' && at.kind !== 'field') return [];
	const cast = type.bits === 64 ? '(long)' : '(int)';
	return [
		{
			title: `Compare as signed: ${cast}${file.slice(at)}`,
			safe: false,
			edits: [{ start: at.start, end: at.start, text: cast }],
		},
	];
}

/** Signed result ordered against an unsigned of equal or greater rank. */
function comparison(seen: Seen, results: Results, expr: Expr): void {
	if (expr.kind !== 'binary' || !ORDERED.has(expr.op)) return;
	for (const [mine, other] of [
		[expr.left, expr.right],
		[expr.right, expr.left],
	] as const) {
		const found = resultOf(seen, results, mine);
		const type = found?.type;
		const against = type?.signed ? integerOf(other, seen.fn, seen.file.ir) : undefined;
		if (!found || !type || !against || !becomesUnsigned(type, against)) continue;
		if (found.short && isRequest(found.call, other)) continue;
		const { name, nameRange } = found.call.call;
		seen.report({
			start: expr.start,
			end: expr.end,
			message: `${found.name} may be a negative errno from ${name}(), but ${seen.file.slice(other)} is unsigned, so an errno compares as a huge count; check ${found.name} < 0 first`,
			related: [{ ...nameRange, message: `${found.name} comes from ${name}()` }],
			everywhere: mayAlwaysFail(found.call),
			fixes: castFix(seen.file, other, type),
		});
		return;
	}
}

/** No kernel has a form of the function that never returns an errno. */
function mayAlwaysFail({ api }: ApiCall): boolean {
	return (api.record.neverNegative ?? []).length === 0;
}

/** Change the type of a variable that is declared alone. */
function declarationFix(seen: Seen, variable: string, bits: number): readonly Fix[] {
	const { text } = seen.file;
	const declared = seen.fn.locals.filter((v) => v.name === variable);
	const at = declared.length === 1 ? declared[0] : undefined;
	if (!at) return [];
	const before = /(?:^|\n|[;{])[^\S\n]*((?:unsigned(?:[^\S\n]+(?:int|long))?|size_t|u32|u64|uint|ulong))[^\S\n]+$/.exec(
		text.slice(Math.max(0, at.start - 80), at.start),
	);
	const after = /^[^,;]*;/.exec(text.slice(at.end, at.end + 200));
	if (!before?.[1] || !after || /[({]/.test(after[0].replace(/\([^()]*\)/g, ''))) return [];
	const start = at.start - (before[0].length - before[0].lastIndexOf(before[1]));
	return [
		{
			title: `Declare ${variable} as ${bits === 64 ? 'long' : 'int'}`,
			safe: false,
			edits: [{ start, end: start + before[1].length, text: bits === 64 ? 'long' : 'int' }],
		},
	];
}

const HARMLESS = /^(?:net_|KUNIT_|IS_ERR)/;

/** The expression reads this place as an unsigned number. */
function reads({ file }: Seen, expr: Expr, name: string): boolean {
	let at = unwrap(expr);
	while (at.kind === 'cast' && integer(at.type, file.ir.typedefs)?.signed === false) at = unwrap(at.operand);
	return at.kind !== 'cast' && place(at) === name;
}

/** `got > nr` and `got <= nr`, which tell an errno from a count although `got` is unsigned. */
function isGuard(call: ApiCall, test: Expr, name: string): boolean {
	return relations(test, true).some(
		(r) => r.name === name && (r.op === '>' || r.op === '<=') && isRequest(call, r.other),
	);
}

/** Where `at` itself, not its parts, uses an unsigned place as if it were a count. */
function countedBy(seen: Seen, at: Expr, name: string, held: UncheckedResult): Range | undefined {
	const mine = (expr: Expr): boolean => reads(seen, expr, name);
	if (at.kind === 'binary' && (mine(at.left) || mine(at.right))) {
		// after `got != nr` the rest is a failure, and `got > 0 && got < nr` finds the count in it
		const other = mine(at.left) ? at.right : at.left;
		if (held.short && ORDERED.has(at.op) && (bare(other).kind === 'number' || isRequest(held.call, other)))
			return undefined;
		if (ORDERED.has(at.op)) return seen.asked.has(name) || isGuard(held.call, at, name) ? undefined : at;
		return /^[-+*/%]$|^<<$|^>>$/.test(at.op) ? at : undefined;
	}
	if (at.kind === 'index') return mine(at.index) ? at : undefined;
	if (at.kind === 'call') return HARMLESS.test(at.name) || tells(at) ? undefined : nonFormatArguments(at).find(mine);
	return at.kind === 'assign' && at.op !== '=' && mine(at.right) ? at : undefined;
}

/** Negative result kept in an unsigned place and used as a count. */
function kept(seen: Seen, results: Results, at: Expr, done: Set<number>): void {
	for (const [name, held] of results) {
		if (held.type?.signed !== false || done.has(held.target.start)) continue;
		// `(nr = get(addr, nr, ...)) < 1`: the arguments are read before
		if (!held.sum && at.start >= held.call.call.start && at.end <= held.call.call.end) continue;
		const use = countedBy(seen, at, name, held);
		if (!use) continue;
		done.add(held.target.start);
		const call = held.call.call;
		const bits = held.call.api.signature?.returns.includes('int') ? 32 : 64;
		const message = held.sum
			? `${name} is unsigned, but ${call.name}() returns a negative errno on failure, which corrupts the sum; check the result first`
			: `${name} is unsigned, but ${call.name}() returns a negative errno on failure, which wraps to a huge count; use a signed type`;
		seen.report({
			...held.target,
			message,
			related: [{ ...use, message: `${name} is used as a count here` }],
			everywhere: mayAlwaysFail(held.call),
			fixes: held.sum ? [] : declarationFix(seen, name, bits),
		});
	}
}

function everyPart(root: Expr, visit: (expr: Expr) => void): void {
	visit(root);
	for (const part of parts(root)) everyPart(part, visit);
}

/** Visit every part of a value with what the tests before it leave: `a && b` and `a ? b : c` guard b. */
function everyGuarded(
	root: Expr,
	results: Results,
	narrow: Narrow,
	visit: (expr: Expr, results: Results) => void,
): void {
	const into = (expr: Expr, now: Results): void => everyGuarded(expr, now, narrow, visit);
	visit(root, results);
	if (root.kind === 'conditional') {
		into(root.test, results);
		if (root.whenTrue) into(root.whenTrue, narrow(results, root.test, true));
		into(root.whenFalse, narrow(results, root.test, false));
	} else if (root.kind === 'binary' && (root.op === '&&' || root.op === '||')) {
		into(root.left, results);
		into(root.right, narrow(results, root.left, root.op === '&&'));
	} else for (const part of parts(root)) into(part, results);
}

/** Places that are asked for an errno somewhere in the function: `IS_ERR_VALUE(got)`, `(int)got < 0`, `got > nr`. */
function askedFor(fn: FunctionIR, calls: readonly ApiCall[]): Set<string> {
	const asked = new Set<string>();
	const requests = new Set(calls.flatMap((call) => [...requestsOf(call)]));
	const isGuard = ({ op, other }: Relation): boolean =>
		(op === '>' || op === '<=') && requests.has(valueKey(other) ?? '');
	const look = (at: Expr): void => {
		if (at.kind === 'call' && at.name === 'IS_ERR_VALUE') {
			const name = at.args[0] && place(at.args[0]);
			if (name) asked.add(name);
		}
		for (const relation of relations(at, true)) if (relation.cast || isGuard(relation)) asked.add(relation.name);
	};
	for (const block of fn.blocks) {
		for (const step of block.steps) for (const root of roots(step)) everyPart(root, look);
		if (block.test) everyPart(block.test, look);
	}
	return asked;
}

export const gupNegativeUnsigned: Rule = {
	meta: {
		id: 'gup-negative-unsigned',
		title: 'Negative errno used as a count',
		severity: 'error',
		needles: wordsOf(acquires),
		fix: 'unsafe',
		versioned: true,
	},
	check(file, report) {
		for (const fn of file.ir.functions) {
			const calls = file.callsOf(fn);
			if (!fn.hasNoSyntaxErrors || calls.length === 0) continue;
			const seen: Seen = { file, fn, asked: askedFor(fn, calls), report };
			const done = new Set<number>();
			const types: Types = { of: (at) => typeOf(file, fn, at), promoted: (at) => integerOf(at, fn, file.ir) };
			followResults(fn, calls, file.kernel, types, (results: Results, at: Step | Expr, narrow: Narrow) => {
				for (const root of roots(at)) {
					everyGuarded(root, own(results, root, types), narrow, (expr, now) => {
						comparison(seen, now, expr);
						kept(seen, now, expr, done);
					});
				}
			});
		}

		/** `(ret = call()) < nr`: the test reads what it has just assigned. */
		function own(results: Results, root: Expr, types: Types): Results {
			let now = results;
			everyPart(root, (expr) => {
				if (expr.kind !== 'assign' || expr.op !== '=' || expr === root) return;
				const name = place(expr.left);
				const call = file.apiCall(bare(expr.right));
				if (!name || !call || !mayBeNegative(call, file.kernel)) return;
				const target = { start: expr.left.start, end: expr.left.end };
				now = new Map(now).set(name, { call, target, type: types.of(expr.left), sum: false, short: false });
			});
			return now;
		}
	},
};
