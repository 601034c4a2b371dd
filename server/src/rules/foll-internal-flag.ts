import { failedChecks } from '../kernel/checks.js';
import { setsItself } from '../kernel/refusals.js';
import { isExemptPath } from './exempt-paths.js';
import { atFlag, removal, writtenFlags } from './flag-rule.js';
import type { Rule } from './rule.js';

/** Flags of mm/internal.h since 6.3; FOLL_PIN has a rule of its own. */
const INTERNAL = ['FOLL_TOUCH', 'FOLL_TRIED', 'FOLL_REMOTE', 'FOLL_FAST_ONLY', 'FOLL_UNLOCKABLE', 'FOLL_MADV_POPULATE'];

export const follInternalFlag: Rule = {
	meta: {
		id: 'foll-internal-flag',
		title: 'Flag of mm/internal.h passed by a caller',
		severity: 'error',
		severityNote:
			'warning before 6.3, where the flags were still public, except in the fast variants, which reject them',
		needles: INTERNAL,
		fix: 'safe',
		versioned: true,
	},
	check(file, report) {
		if (isExemptPath(file)) return;
		const closed = file.kernel.atLeast('6.3');
		for (const written of writtenFlags(file, INTERNAL, () => true)) {
			const { call } = written.call;
			const implied = setsItself(call.name, written.flag);
			const refused = failedChecks(call.name, file.kernel.release, new Set([written.flag])).length > 0;
			const why = closed
				? 'has been private to mm/internal.h since 6.3'
				: refused
					? 'is rejected by the fast variants'
					: 'is internal to mm/ and not in public headers since 6.3';
			const right = implied ? `drop it, ${call.name}() sets it itself` : 'callers must not pass it, drop it';
			report(
				atFlag(written, `{flag} ${why}; ${right}`, {
					severity: closed || refused ? 'error' : 'warning',
					fixes: removal(file, written, implied),
				}),
			);
		}
	},
};
