import type { ApiCall } from '../analysis/context.js';
import { areTogether, originsOf } from '../analysis/flag-value.js';
import { isNull } from '../analysis/walk.js';
import { effectOf, FLAG_CHECKS } from '../kernel/checks.js';
import { covers } from '../kernel/releases.js';
import type { FlagCheck } from '../kernel/types.js';
import { atFlag } from './flag-rule.js';
import type { Rule } from './rule.js';

const ID = 'foll-flags-rejected';

/** The check looks at an argument that is given here. */
function applies(check: FlagCheck, call: ApiCall): boolean {
	if (!check.apis.includes(call.call.name)) return false;
	if (!check.whenArgument) return true;
	const arg = call.arg(check.whenArgument);
	return arg !== undefined && !isNull(arg);
}

/** The flag to point at: not the long-term one, which is the purpose of the call. */
function culprit(flags: readonly string[]): string {
	return flags.find((flag) => flag !== 'FOLL_LONGTERM') ?? (flags[0] as string);
}

export const follFlagsRejected: Rule = {
	meta: {
		id: ID,
		title: 'Flags this kernel rejects',
		severity: 'error',
		needles: ['FOLL_'],
		fix: 'none',
		versioned: true,
	},
	check(file, report) {
		const checks = FLAG_CHECKS.filter((check) => check.rule === ID && covers(check, file.kernel.release));
		const seen = new Set<string>();
		for (const call of file.calls) {
			if (!call.flags || !call.api.signature || file.area === 'mm') continue;
			for (const check of checks) {
				if (!applies(check, call) || !areTogether(call.flags, check.flags)) continue;
				const flag = culprit(check.flags);
				const others = check.flags.filter((f) => f !== flag);
				for (const origin of originsOf(call.flags, flag)) {
					const key = `${flag}@${origin.start}@${call.call.start}`;
					if (seen.has(key)) continue;
					seen.add(key);
					const written = { call, flag, origin };
					const together = others.length
						? ` together with ${others.join(' and ')}`
						: check.whenArgument
							? ` with a non-NULL ${check.whenArgument}`
							: '';
					report(
						atFlag(
							written,
							`${call.call.name}() rejects {flag}${together}: it ${effectOf(check, call.call.name, file.kernel.release)}; drop ${together ? 'one of them' : 'it'}`,
							{
								unverified: !check.verified,
							},
						),
					);
				}
			}
		}
	},
};
