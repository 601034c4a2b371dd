import type { ApiCall, FileContext } from '../analysis/context.js';
import { becomesUnsigned, type Integer, integer, integerOf, variableType } from '../analysis/integers.js';
import { followResults, mayBeNegative, type Results } from '../analysis/results.js';
import { bare, parts, place, roots } from '../analysis/walk.js';
import type { Expr, FunctionIR, Range, Step } from '../syntax/ir.js';
import { unwrap } from '../syntax/lower.js';
import type { Fix, Report, Rule } from './rule.js';

const ORDERED = new Set(['<', '>', '<=', '>=']);

interface Seen {
	readonly file: FileContext;
	readonly fn: FunctionIR;
	report(finding: Report): void;
}

function typeOf({ file, fn }: Seen, name: string): Integer | undefined {
	const type = variableType(fn, name);
	return type && integer(type, file.ir.typedefs);
}

/** A value that may be a negative errno: a result variable, or the call itself. */
interface Doubtful {
	/** As the message names it. */
	readonly name: string;
	readonly type: Integer | undefined;
	readonly call: ApiCall;
}

/** The result an operand is, reads, or has just assigned. */
function resultOf(seen: Seen, results: Results, operand: Expr): Doubtful | undefined {
	const at = unwrap(operand);
	if (at.kind === 'call') {
		const call = seen.file.apiCall(at);
		const returns = call?.api.signature?.returns;
		if (!call || !returns || !mayBeNegative(call, seen.file.kernel)) return undefined;
		return { name: 'the result', type: integer({ base: returns, pointers: 0, array: false }, new Map()), call };
	}
	const read = at.kind === 'assign' ? unwrap(at.left) : at;
	const name = read.kind === 'cast' ? undefined : place(read);
	const held = name === undefined ? undefined : results.get(name);
	return name !== undefined && held ? { name, type: typeOf(seen, name), call: held.call } : undefined;
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
		const { name, nameRange } = found.call.call;
		seen.report({
			start: expr.start,
			end: expr.end,
			message: `${found.name} may be a negative errno from ${name}(), but ${seen.file.slice(other)} is unsigned, so the comparison is too: an errno passes for a large count; test ${found.name} < 0 first`,
			related: [{ ...nameRange, message: `${found.name} comes from ${name}()` }],
			fixes: castFix(seen.file, other, type),
		});
		return;
	}
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

const PRINTS = /^(?:pr_|dev_|printk|netdev_|trace_|net_|WARN|drm_|DRM_)/;

/** Where an unsigned variable is used as if it were a count; undefined when all it is used for is harmless. */
function harmfulUse(root: Expr, name: string): Range | undefined {
	const reads = (expr: Expr): boolean => {
		const at = unwrap(expr);
		return at.kind === 'name' && at.name === name;
	};
	const pending: Expr[] = [root];
	for (let at = pending.pop(); at; at = pending.pop()) {
		if (at.kind === 'binary' && ORDERED.has(at.op) && (reads(at.left) || reads(at.right))) return at;
		if (at.kind === 'binary' && /^[-+*/%]$|^<<$|^>>$/.test(at.op) && (reads(at.left) || reads(at.right))) return at;
		if (at.kind === 'index' && reads(at.index)) return at;
		if (at.kind === 'call' && !PRINTS.test(at.name) && !/^IS_ERR/.test(at.name)) {
			const arg = at.args.find(reads);
			if (arg) return arg;
		}
		if (at.kind === 'assign' && at.op !== '=' && reads(at.right)) return at;
		if (at.kind !== 'cast') pending.push(...parts(at));
	}
	return undefined;
}

/** Negative result kept in an unsigned variable and used as a count. */
function kept(seen: Seen, results: Results, root: Expr, done: Set<number>): void {
	for (const [name, held] of results) {
		const type = typeOf(seen, name);
		if (!type || type.signed || done.has(held.target.start)) continue;
		const use = harmfulUse(root, name);
		if (!use) continue;
		done.add(held.target.start);
		const call = held.call.call;
		const bits = held.call.api.signature?.returns.includes('int') ? 32 : 64;
		seen.report({
			start: held.target.start,
			end: held.target.end,
			message: `${name} is unsigned, but ${call.name}() returns a negative errno on failure: it becomes a huge count; keep the result in a signed type`,
			related: [{ ...use, message: `${name} is used as a count here` }],
			fixes: declarationFix(seen, name, bits),
		});
	}
}

function everyPart(root: Expr, visit: (expr: Expr) => void): void {
	visit(root);
	for (const part of parts(root)) everyPart(part, visit);
}

/** The parts of a value that are evaluated whatever the rest is: `a && b` guards b. */
function everyUnguarded(root: Expr, visit: (expr: Expr) => void): void {
	visit(root);
	if (root.kind === 'conditional') everyUnguarded(root.test, visit);
	else if (root.kind === 'binary' && (root.op === '&&' || root.op === '||')) everyUnguarded(root.left, visit);
	else for (const part of parts(root)) everyUnguarded(part, visit);
}

export const gupNegativeUnsigned: Rule = {
	meta: {
		id: 'gup-negative-unsigned',
		title: 'Negative return taken for a count',
		severity: 'error',
		needles: ['get_user_page', 'pin_user_page', 'iov_iter_get_pages', 'iov_iter_extract_pages', 'memfd_pin_folios'],
		fix: 'unsafe',
		versioned: true,
	},
	check(file, report) {
		for (const fn of file.ir.functions) {
			const calls = file.callsOf(fn);
			if (!fn.clean || calls.length === 0) continue;
			const seen: Seen = { file, fn, report };
			const done = new Set<number>();
			const signed = (name: string): boolean => typeOf(seen, name)?.signed !== false;
			followResults(fn, calls, file.kernel, signed, (results: Results, at: Step | Expr) => {
				for (const root of roots(at)) {
					const after = own(results, root);
					everyUnguarded(root, (expr) => comparison(seen, after, expr));
					kept(seen, results, root, done);
				}
			});
		}

		/** `(ret = call()) < nr`: the test reads what it has just assigned. */
		function own(results: Results, root: Expr): Results {
			let now = results;
			everyPart(root, (expr) => {
				if (expr.kind !== 'assign' || expr.op !== '=') return;
				const name = place(expr.left);
				const call = file.apiCall(bare(expr.right));
				if (name && call)
					now = new Map(now).set(name, { call, target: { start: expr.left.start, end: expr.left.end } });
			});
			return now;
		}
	},
};
