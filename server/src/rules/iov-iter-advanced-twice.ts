import { advancedTwice } from '../analysis/advanced-iterators.js';
import type { Rule } from './rule.js';

export const iovIterAdvancedTwice: Rule = {
	meta: {
		id: 'iov-iter-advanced-twice',
		title: 'Iterator advanced twice over the same pages',
		severity: 'warning',
		since: '6.0',
		needles: ['iov_iter_advance'],
		fix: 'none',
		versioned: false,
	},
	check(file, report) {
		for (const fn of file.ir.callers('iov_iter_advance')) {
			if (!fn.hasNoSyntaxErrors) continue;
			for (const { advance, taking, iter } of advancedTwice(file, fn)) {
				report({
					...advance.nameRange,
					message: `${file.slice(iter)}: already advanced by ${taking.name}(), so iov_iter_advance() skips data that is never transferred; drop the call`,
					related: [{ ...taking.nameRange, message: 'advanced here first' }],
				});
			}
		}
	},
};
