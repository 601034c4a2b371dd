import { isForSomeKernels } from '../analysis/compat.js';
import type { ApiCall, FileContext } from '../analysis/context.js';
import { isNull } from '../analysis/walk.js';
import type { Signature } from '../kernel/types.js';
import { words } from '../kernel/words.js';
import { insertArgument, removeArgument } from './edits.js';
import type { Fix, Rule } from './rule.js';

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

/** Arguments that may go or come without changing what the call means; none unless all of the difference is such. */
function arityFix(call: ApiCall, mine: Signature, theirs: Signature): readonly Fix[] {
	const { args, name } = call.call;
	const { extra, missing } = difference(call, mine, theirs);
	const droppable = (i: number): boolean => {
		const arg = args[i];
		const role = theirs.params[i]?.role;
		return arg !== undefined && (role === 'task' || (role === 'vmas' && isNull(arg)));
	};
	if (!extra.every(droppable) || !missing.every((i) => mine.params[i]?.role === 'vmas')) return [];
	const edits = [...extra.map((i) => removeArgument(args, i)), ...missing.map((i) => insertArgument(args, i, 'NULL'))];
	const sure = edits.filter((edit) => edit !== undefined);
	if (sure.length === 0 || sure.length !== edits.length) return [];
	return [{ title: `Call ${name} ${described(extra, missing, mine, theirs)}`, safe: true, edits: sure }];
}

/** "without tsk and with vmas" */
function described(extra: readonly number[], missing: readonly number[], mine: Signature, theirs: Signature): string {
	return [
		...extra.map((i) => `without ${theirs.params[i]?.name}`),
		...missing.map((i) => `with ${mine.params[i]?.name}`),
	].join(' and ');
}

/** A sentence as the end of another one. */
function clause(sentence: string): string {
	const text = sentence.replace(/\.$/, '');
	return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

function absent(file: FileContext, call: ApiCall): { readonly message: string; readonly fixes: readonly Fix[] } {
	const { record, name } = call.api;
	const { renamedTo, successor } = record;
	const known = (other: string | undefined): string | undefined =>
		other && file.kernel.api(other)?.signature ? other : undefined;
	const newName = known(renamedTo?.name);
	// a function of the other kind is a conversion, not a new name
	const alike = successor && file.kernel.api(successor)?.record.takes === record.takes ? successor : undefined;
	const next = newName ?? known(alike);
	// put_user_page() paired with get_user_pages() until it was renamed: the other side has to change with it
	const releases = record.group === 'release';
	const referenced = releases && file.calls.some((other) => other.api.record.group === 'get');
	const { release, version } = file.kernel;
	const before = record.signatures.filter((s) => file.kernel.atLeast(s.since)).at(-1);
	const when = before
		? before.until
			? newName
				? `renamed in ${before.until}`
				: `removed in ${before.until}`
			: 'not declared in this tree'
		: `added in ${record.signatures[0]?.since}`;
	const yet = !before;
	const instead = newName
		? `; use ${newName}()${releases ? ', which unpins, so the acquiring side must pin' : ''}`
		: next
			? `; use ${next}()`
			: record.instead
				? `; ${clause(record.instead)}`
				: '';
	return {
		message: `${name}() does not exist in ${version || release} (${when})${yet ? '' : instead}`,
		fixes:
			newName && !yet && !referenced
				? [
						{
							title: `Replace ${name} with ${newName}`,
							safe: !releases,
							edits: [{ ...call.call.nameRange, text: newName }],
						},
					]
				: [],
	};
}

export const gupApiChanged: Rule = {
	meta: {
		id: 'gup-api-changed',
		title: 'Function or arguments not in this kernel',
		severity: 'error',
		needles: words,
		fix: 'safe',
		versioned: true,
	},
	check(file, report) {
		if (file.area === 'tools') return;
		for (const call of file.calls) {
			const { nameRange, args, name } = call.call;
			// the other arm of a compatibility test is for another kernel
			if (isForSomeKernels(file.ir, nameRange.start)) continue;
			// half-typed, or a function of the driver's own that only shares the name
			const theirs = call.shape;
			if (!theirs) continue;
			const mine = call.api.signature;
			if (!mine) {
				report({ ...nameRange, ...absent(file, call), unverified: !call.api.verified });
				continue;
			}
			if (mine.params.length === args.length) continue;
			const { extra, missing } = difference(call, mine, theirs);
			const what = described(extra, missing, mine, theirs);
			report({
				...nameRange,
				message: `${name}() takes ${mine.params.length} arguments in ${file.kernel.version}, not ${args.length}${what ? `; call it ${what}` : ''}`,
				fixes: arityFix(call, mine, theirs),
				unverified: !call.api.verified,
			});
		}
	},
};
