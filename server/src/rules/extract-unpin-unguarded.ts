import { callsOf, isAddressTaken } from '../analysis/callers.js';
import type { ApiCall, FileContext } from '../analysis/context.js';
import { iteratorKind } from '../analysis/iterator-kind.js';
import { isDecidedByKind, keepsAnswer } from '../analysis/kind-guards.js';
import { type UserPage, userPage } from '../analysis/user-pages.js';
import { KERNEL_TESTS } from '../kernel/iterator-kinds.js';
import type { CallExpr, FunctionIR } from '../syntax/ir.js';
import { isExemptPath } from './exempt-paths.js';
import { pageName } from './page-name.js';
import type { Rule } from './rule.js';

/** It refuses every iterator that is not over user memory. Source: fs/netfs/iterator.c. */
const USER_ONLY: ReadonlySet<string> = new Set(['netfs_extract_user_iter']);

/** The function says that it is for user memory: example_map_user(), example_import_user_iter(). */
const FOR_USERS = /_(?:user|ubuf)(?:_(?:buf|buffer|iter|iov|iovec|mem|memory|to_sg|bvec|data))?$/;

/** By its name a function is for user memory, and it never meets another iterator. */
function isForUsers(fn: FunctionIR): boolean {
	return FOR_USERS.test(fn.name) && !fn.calls.some((call) => KERNEL_TESTS.has(call.name));
}

function isUserBacked(file: FileContext, taken: ApiCall): boolean {
	const { fn, call } = taken;
	const iter = taken.arg('iter');
	if (!fn || !iter || USER_ONLY.has(call.name) || isForUsers(fn)) return true;
	return iteratorKind(file, fn, call, iter) === 'user' || isDecidedByKind(file, fn, call);
}

/** Somebody in another file may ask before the call. */
function isAskedElsewhere(file: FileContext, fn: FunctionIR): boolean {
	return !fn.isStatic && !isAddressTaken(file, fn.name) && callsOf(file, fn.name).length === 0 && keepsAnswer(file);
}

function extracted(file: FileContext, fn: FunctionIR, release: CallExpr): UserPage | undefined {
	const arg = release.args[0];
	const page = arg && userPage(file, fn, release, arg);
	const sure = page && !page.release && page.taken.length > 0;
	return sure && page.taken.every((taken) => taken.api.record.group === 'extract') ? page : undefined;
}

export const extractUnpinUnguarded: Rule = {
	meta: {
		id: 'extract-unpin-unguarded',
		title: 'Extracted pages unpinned unconditionally',
		severity: 'warning',
		since: '6.3',
		needles: ['iov_iter_extract_pages', 'extract_iter_to_sg', 'iov_iter_extract_bvecs'],
		fix: 'none',
		versioned: false,
	},
	check(file, report) {
		if (isExemptPath(file)) return;
		for (const { call: release, api, fn } of file.calls) {
			if (!fn?.hasNoSyntaxErrors || api.record.group !== 'release' || api.record.takes !== 'pin' || !api.signature)
				continue;
			const page = extracted(file, fn, release);
			const open = page?.taken.filter((taken) => !isUserBacked(file, taken)) ?? [];
			if (!page || open.length === 0 || isDecidedByKind(file, fn, release) || isAskedElsewhere(file, fn)) continue;
			const name = pageName(file, release);
			report({
				...release.nameRange,
				message: `${name}: ${release.name}() also unpins pages of kernel-backed iterators; unpin only if iov_iter_extract_will_pin() was true at extraction`,
				related: open.map((taken) => ({ ...taken.call.nameRange, message: `${name}: extracted here` })),
			});
		}
	},
};
