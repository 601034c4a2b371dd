/** The taking call: its pinning twin of this kernel, the arguments in its order, the flags it accepts. */
import type { ApiCall, FileContext } from '../analysis/context.js';
import { originsOf } from '../analysis/flag-value.js';
import { integerOf } from '../analysis/integers.js';
import { bare, isNull } from '../analysis/walk.js';
import { failedChecks } from '../kernel/checks.js';
import type { Api, Role, Signature } from '../kernel/types.js';
import { applyEdits } from '../rules/apply.js';
import { removeOperand } from '../rules/edits.js';
import { flagsInstead } from '../rules/foll-flags-not-flags.js';
import type { Edit } from '../rules/rule.js';
import type { Expr, Range } from '../syntax/ir.js';
import { before, call as layOut, lineEnd, longest } from './layout.js';
import { at } from './page-calls.js';
import { ConversionBlocked } from './plan.js';

export interface Counterpart {
	readonly api: Api;
	readonly signature: Signature;
}

/** The taking call rewritten. */
export interface RewrittenAcquires {
	readonly edits: readonly Edit[];
	readonly before: string;
	readonly after: string;
}

function inside(inner: Range, outer: Range): boolean {
	return inner.start >= outer.start && inner.end <= outer.end;
}

function twinNamed(file: FileContext, name: string | undefined): Counterpart | undefined {
	const api = name === undefined ? undefined : file.kernel.api(name);
	return api?.signature && { api, signature: api.signature };
}

/** Flags that are given on some path. */
function given({ flags }: ApiCall): string[] {
	return [...new Set((flags ?? []).flatMap(({ bits }) => [...bits.keys()]))].filter((flag) => flag !== 'FOLL_GET');
}

/** The kernel takes each of the flags from a caller of `twin`. */
function accepts(file: FileContext, taking: ApiCall, { api }: Counterpart, longterm: boolean): boolean {
	const flags = [...given(taking), ...(longterm ? ['FOLL_LONGTERM'] : [])];
	const locked = taking.arg('locked');
	return failedChecks(api.name, file.kernel.release, new Set(flags)).every(
		({ whenArgument }) => whenArgument === 'locked' && (!locked || isNull(locked)),
	);
}

/** pin_user_pages_fast() takes the number of pages as an int, and has no place for other arguments. */
function fitsFast(file: FileContext, { call, fn, arg, shape }: ApiCall): boolean {
	const roles = shape?.params.map((param) => param.role) ?? [];
	const count = arg('count');
	if (!fn || !count || roles.some((role) => !['start', 'count', 'flags', 'pages'].includes(role))) return false;
	const at = bare(count);
	const type = integerOf(count, fn, file.ir);
	return (
		call.name.endsWith('_unlocked') && ((at.kind === 'number' && at.value !== undefined) || (type?.bits ?? 64) <= 32)
	);
}

/**
 * The function to call instead.
 * @param longterm FOLL_LONGTERM will be among the flags
 * @returns undefined where this kernel has none that takes the flags
 */
export function counterpartOf(file: FileContext, taking: ApiCall, longterm: boolean): Counterpart | undefined {
	const twin = twinNamed(file, taking.api.record.successor);
	if (twin && accepts(file, taking, twin, longterm)) return twin;
	const fast = twin && fitsFast(file, taking) ? twinNamed(file, 'pin_user_pages_fast') : undefined;
	return fast && accepts(file, taking, fast, longterm) ? fast : undefined;
}

/** Edits of the flags as they are written: FOLL_GET goes, numbers and truth values become flags. */
function flagEdits(file: FileContext, taking: ApiCall): Edit[] {
	const edits: Edit[] = [];
	const { name } = taking.call;
	for (const origin of originsOf(taking.flags ?? [], 'FOLL_GET')) {
		const others = file.calls.some(
			(other) =>
				other.call.start !== taking.call.start &&
				originsOf(other.flags ?? [], 'FOLL_GET').some(({ start }) => start === origin.start),
		);
		const edit = origin.macro || others ? undefined : removeOperand(file.text, origin);
		if (!edit)
			throw new ConversionBlocked(`FOLL_GET for ${name}() is set where it cannot be removed`, [at(origin, 'set here')]);
		edits.push(edit);
	}
	const flags = taking.arg('flags');
	for (const { literals, booleans } of taking.flags ?? [])
		for (const origin of [...literals, ...booleans]) {
			const edit = flags && inside(origin, flags) ? flagsInstead(file, taking, origin) : undefined;
			if (edit && !edits.some(({ start }) => start === edit.start)) edits.push(edit);
		}
	return edits;
}

function withFlag(text: string, flag: string): string {
	if (/^\(?0\)?$/.test(text)) return flag;
	return /^[\w\s|>.-]+$/.test(text) ? `${text} | ${flag}` : `(${text}) | ${flag}`;
}

/**
 * Edits that make `taking` call its twin.
 * @throws Blocked where an argument has no place there
 */
export function rewriteAcquires(
	file: FileContext,
	taking: ApiCall,
	twin: Counterpart,
	longterm: boolean,
): RewrittenAcquires {
	const { call, shape, arg } = taking;
	const edits = flagEdits(file, taking);
	const flags = arg('flags');
	const outside = edits.filter((edit) => !flags || !inside(edit, flags));
	const value = (role: Role): string | undefined => {
		const expr = arg(role);
		if (!expr) return undefined;
		if (role !== 'flags') return file.slice(expr);
		const own = edits
			.filter((edit) => inside(edit, expr))
			.map((edit) => ({ ...edit, start: edit.start - expr.start, end: edit.end - expr.start }));
		const text = applyEdits(file.slice(expr), own);
		return longterm && !given(taking).includes('FOLL_LONGTERM') ? withFlag(text, 'FOLL_LONGTERM') : text;
	};
	const args = twin.signature.params.map(({ role }) => value(role));
	const roles = twin.signature.params.map(({ role }) => role);
	if (!shape || args.includes(undefined) || shape.params.some(({ role }) => !roles.includes(role)))
		throw new ConversionBlocked(`the arguments of ${call.name}() do not match ${twin.api.name}()`, [
			at(call.nameRange, 'called here'),
		]);
	const { edits: own, after } = callEdits(file, taking, twin, args as string[]);
	return { edits: [...outside, ...own], before: file.slice(call), after };
}

/** The name and the arguments that changed; the whole call where a line would become too long. */
function callEdits(
	file: FileContext,
	{ call, shape }: ApiCall,
	{ api, signature }: Counterpart,
	args: readonly string[],
): Omit<RewrittenAcquires, 'before'> {
	const edits: Edit[] = [{ ...range(call.nameRange), text: api.name }];
	call.args.forEach((arg: Expr, i) => {
		const text = args[i] as string;
		if (file.slice(arg) !== text) edits.push({ ...range(arg), text });
	});
	const { text } = file;
	const end = call.end;
	const result = applyEdits(
		text.slice(call.start, end),
		edits.map((edit) => ({ ...edit, start: edit.start - call.start, end: edit.end - call.start })),
	);
	const lead = before(text, call.start);
	const behind = /^[^\n/]*/.exec(text.slice(end))?.[0].trimEnd() ?? '';
	const isLonger = longest(lead, result + behind) > longest(lead, file.slice(call) + behind);
	const sameShape = shape?.params.length === signature.params.length;
	// lines that follow are aligned with the bracket
	const isMoved = api.name.length !== call.name.length && result.includes('\n');
	if (sameShape && !isLonger && !isMoved) return { edits, after: result };
	const after = layOut(lead, api.name, args, behind.length, lineEnd(text));
	return { edits: [{ ...range(call), text: after }], after };
}

function range({ start, end }: Range): Range {
	return { start, end };
}
