import { refusalText } from '../kernel/refusals.js';
import { atFlag, removal, writtenFlags } from './flag-rule.js';
import type { Rule } from './rule.js';

export const follGetWithPin: Rule = {
	meta: {
		id: 'foll-get-with-pin',
		title: 'FOLL_GET passed to a pinning function',
		severity: 'error',
		since: '5.6',
		needles: ['FOLL_GET'],
		fix: 'safe',
		versioned: false,
	},
	check(file, report) {
		for (const written of writtenFlags(file, ['FOLL_GET'], ({ api }) => api.record.group === 'pin')) {
			const { call } = written.call;
			report(
				atFlag(
					written,
					`{flag} conflicts with FOLL_PIN: ${call.name}() ${refusalText(call.name, file.kernel.release)}; drop it`,
					{ fixes: removal(file, written, true) },
				),
			);
		}
	},
};
