import { named, related } from './path.js';
import type { Rule } from './rule.js';

export const gupShortCount: Rule = {
	meta: {
		id: 'gup-short-count',
		title: 'Fewer pages than asked for taken for success',
		severity: 'warning',
		needles: ['get_user_pages', 'pin_user_pages', 'iov_iter_get_pages', 'iov_iter_extract_pages'],
		fix: 'none',
		versioned: false,
	},
	check(file, report) {
		for (const { holding, exit } of file.ownership.short) {
			const { call } = holding.taking;
			const bytes = holding.taking.api.record.meaning === 'bytes';
			const asked = holding.taking.arg(bytes ? 'maxsize' : 'count');
			const what = asked && `the ${file.slice(asked)}${bytes ? ' bytes' : ''}`;
			report({
				...holding.call.nameRange,
				message: `${named(holding)}: ${call.name}() may return fewer ${bytes ? 'bytes' : 'pages'} than ${what ?? 'the number'} asked for, but only its sign is tested: the entries beyond were never filled; compare the result with the number asked for`,
				related: related(file, exit.state, holding, {
					start: exit.start,
					end: exit.end,
					message: 'leaves here as if all pages were there',
				}),
			});
		}
	},
};
