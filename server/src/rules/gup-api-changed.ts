import type { ApiCall, FileContext } from '../analysis/context.js';
import { isNull } from '../analysis/walk.js';
import type { Signature } from '../kernel/types.js';
import { insertArgument, removeArgument } from './edits.js';
import type { Fix, Rule } from './rule.js';

const ROLE_NAMES: Readonly<Record<string, string>> = {
	task: 'the task argument',
	vmas: 'the vmas argument',
	flags: 'the flags argument',
};

/** How the call differs from this kernel's prototype: arguments it has too many or too few of. */
function difference(
	call: ApiCall,
	mine: Signature,
	theirs: Signature,
): { readonly extra: readonly number[]; readonly missing: readonly number[] } {
	const roles = mine.params.map((p) => p.role);
	const extra = theirs.params.flatMap((p, i) => (roles.includes(p.role) ? [] : [i]));
	const had = theirs.params.map((p) => p.role);
	const missing = mine.params.flatMap((p, i) => (had.includes(p.role) ? [] : [i]));
	return { extra: extra.filter((i) => call.call.args[i]), missing };
}

/** Arguments that may go or come without changing what the call means. */
function arityFix(call: ApiCall, mine: Signature, theirs: Signature): readonly Fix[] {
	const { args, name } = call.call;
	const { extra, missing } = difference(call, mine, theirs);
	if (extra.length + missing.length !== 1) return [];
	const gone = extra[0];
	if (gone !== undefined) {
		const role = theirs.params[gone]?.role;
		const arg = args[gone];
		if (!arg || !(role === 'task' || (role === 'vmas' && isNull(arg)))) return [];
		const edit = removeArgument(args, gone);
		return edit ? [{ title: `Drop ${ROLE_NAMES[role]} of ${name}`, safe: true, edits: [edit] }] : [];
	}
	const added = missing[0];
	if (added === undefined || mine.params[added]?.role !== 'vmas') return [];
	const edit = insertArgument(args, added, 'NULL');
	return edit ? [{ title: `Pass NULL for vmas to ${name}`, safe: true, edits: [edit] }] : [];
}

/** Signature of another kernel that this call fits. */
function fitting(call: ApiCall): Signature | undefined {
	return call.api.record.signatures.find((s) => s.params.length === call.call.args.length);
}

function absent(file: FileContext, call: ApiCall): { readonly message: string; readonly fixes: readonly Fix[] } {
	const { record, name } = call.api;
	const first = record.signatures[0];
	const last = record.signatures.at(-1);
	const { renamedTo, successor } = record;
	const known = (other: string | undefined): string | undefined =>
		other && file.kernel.api(other)?.signature ? other : undefined;
	const newName = known(renamedTo?.name);
	const next = newName ?? known(successor);
	const { release, version } = file.kernel;
	const yet = first && !file.kernel.atLeast(first.since);
	const span = record.signatures.filter((s) => !file.kernel.atLeast(s.since))[0];
	const when =
		yet || (span && !last?.until)
			? `comes with ${(span ?? first)?.since}`
			: last?.until
				? `is gone since ${last.until}`
				: `is not declared in this tree`;
	return {
		message: `${name}() does not exist in ${version || release}: it ${when}${next && !yet ? `; ${newName ? 'it is now' : 'use'} ${next}()` : ''}`,
		fixes:
			newName && !yet
				? [{ title: `Replace ${name} by ${newName}`, safe: true, edits: [{ ...call.call.nameRange, text: newName }] }]
				: [],
	};
}

export const gupApiChanged: Rule = {
	meta: {
		id: 'gup-api-changed',
		title: 'Function or arguments this kernel does not have',
		severity: 'error',
		needles: ['user_page', 'iov_iter_', 'follow_page', 'follow_pfn', 'get_kernel_page', 'unpin_'],
		fix: 'safe',
		versioned: true,
	},
	check(file, report) {
		if (file.area === 'tools') return;
		for (const call of file.calls) {
			const { nameRange, args, name } = call.call;
			// the other arm of a compatibility test is for another kernel
			if (file.ir.compat.some((range) => nameRange.start >= range.start && nameRange.end <= range.end)) continue;
			// half-typed, or a function of the driver's own that only shares the name
			const theirs = fitting(call);
			if (!theirs) continue;
			const mine = call.api.signature;
			if (!mine) {
				report({ ...nameRange, ...absent(file, call), unverified: !call.api.verified });
				continue;
			}
			if (mine.params.length === args.length) continue;
			const { extra, missing } = difference(call, mine, theirs);
			const what = [
				...extra.map((i) => `without ${ROLE_NAMES[theirs.params[i]?.role ?? ''] ?? theirs.params[i]?.name}`),
				...missing.map((i) => `with ${ROLE_NAMES[mine.params[i]?.role ?? ''] ?? mine.params[i]?.name}`),
			];
			report({
				...nameRange,
				message: `${name}() takes ${mine.params.length} arguments in ${file.kernel.version}, ${args.length} are given${what.length ? `: call it ${what.join(' and ')}` : ''}`,
				fixes: arityFix(call, mine, theirs),
				unverified: !call.api.verified,
			});
		}
	},
};
