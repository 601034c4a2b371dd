import type { FileContext } from '../analysis/context.js';
import { source } from '../analysis/environment.js';
import { lockAnalysis } from '../analysis/locks.js';
import { shownNote, type UnlockedCall, unlockedCall, unlockedState } from '../analysis/mmap-unlocked.js';
import { takesPages } from '../analysis/takes-pages.js';
import { bare } from '../analysis/walk.js';
import { VMA_LOOKUPS, VMA_WITHOUT_MMAP_LOCK } from '../kernel/locks.js';
import type { CallExpr, Expr, FunctionIR } from '../syntax/ir.js';
import type { Rule } from './rule.js';

/** `mm` of `&mm->mmap_lock`, or the mm itself. */
function mmOf(arg: Expr): Expr {
	const at = bare(arg);
	const field = at.kind === 'unary' && at.op === '&' ? bare(at.operand) : undefined;
	return field?.kind === 'field' ? field.object : at;
}

/** What shows that nobody holds a lock is about the mm of the lookup. */
function isOfMm(fn: FunctionIR, lookup: CallExpr, { shown, paths }: UnlockedCall): boolean {
	const mm = lookup.args[0];
	if (!mm || !shown || shown.how === 'entered') return mm !== undefined;
	const names = (arg: Expr): (string | undefined)[] => paths.map(({ known }) => source(known, arg));
	const asked = names(mm);
	if (shown.how === 'taken') return asked.every((name) => name === 'current->mm');
	const dropped = fn.calls.find(({ nameRange }) => nameRange.start === shown.start)?.args[0];
	if (!dropped) return true;
	const other = names(mmOf(dropped));
	return asked.every((name, i) => name === undefined || other[i] === undefined || name === other[i]);
}

/** Another way to keep a mapping stable: per-VMA locks, or reading it speculatively. */
function isStableOtherwise(fn: FunctionIR): boolean {
	return fn.calls.some(({ name }) => VMA_WITHOUT_MMAP_LOCK.has(name));
}

function lookups(file: FileContext): readonly { readonly fn: FunctionIR; readonly call: CallExpr }[] {
	return [...VMA_LOOKUPS].flatMap((name) =>
		file.ir.defined.has(name) || !file.text.includes(name)
			? []
			: file.ir
					.callers(name)
					.flatMap((fn) => fn.calls.filter((call) => call.name === name).map((call) => ({ fn, call }))),
	);
}

export const gupVmaUnlocked: Rule = {
	meta: {
		id: 'gup-vma-unlocked',
		title: 'VMA looked up without mmap_lock',
		severity: 'warning',
		needles: [...VMA_LOOKUPS],
		fix: 'none',
		versioned: false,
	},
	check(file, report) {
		const locks = lockAnalysis(file);
		for (const { fn, call } of lookups(file)) {
			const [mm] = call.args;
			if (!fn.hasNoSyntaxErrors || !mm || !takesPages(file, fn) || isStableOtherwise(fn)) continue;
			const unlocked = unlockedCall(locks, fn, call);
			if (!unlocked || !isOfMm(fn, call, unlocked)) continue;
			const { shown } = unlocked;
			report({
				...call.nameRange,
				message: `${call.name}() is called ${unlockedState(`mmap_lock of ${file.slice(mm)}`, unlocked)}, so the VMA may be freed while in use; hold the lock while using it`,
				related: shown ? [{ start: shown.start, end: shown.end, message: shownNote(shown) }] : [],
			});
		}
	},
};
