import { refusalText } from '../kernel/refusals.js';
import { atFlag, writtenFlags } from './flag-rule.js';
import type { Rule } from './rule.js';

export const follLongtermWithoutPin: Rule = {
	meta: {
		id: 'foll-longterm-without-pin',
		title: 'FOLL_LONGTERM without a pin',
		severity: 'error',
		severityNote: 'warning on 5.6 to 5.9, where the kernel did not reject it yet',
		since: '5.6',
		needles: ['FOLL_LONGTERM'],
		fix: 'none',
		versioned: true,
	},
	check(file, report) {
		if (!file.kernel.atLeast('5.6')) return;
		const refused = file.kernel.atLeast('5.10');
		// mm/ knew what it did while the kernel still took it: its benchmark did so on purpose
		if (!refused && file.area === 'mm') return;
		for (const written of writtenFlags(file, ['FOLL_LONGTERM'], ({ api }) => api.record.group === 'get')) {
			const { api, call } = written.call;
			const twin = api.record.successor ?? 'pin_user_pages';
			const effect = refused
				? `${call.name}() ${refusalText(call.name, file.kernel.release)}`
				: `${call.name}() only takes a reference, which does not keep the page in place`;
			report(
				atFlag(written, `{flag} requires a pin: ${effect}; use ${twin}()`, {
					severity: refused ? 'error' : 'warning',
				}),
			);
		}
	},
};
