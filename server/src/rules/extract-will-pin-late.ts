import { followReplaced } from '../analysis/replaced-iterators.js';
import type { Rule } from './rule.js';

export const extractWillPinLate: Rule = {
	meta: {
		id: 'extract-will-pin-late',
		title: 'iov_iter_extract_will_pin() asked of another iterator than was extracted',
		severity: 'warning',
		since: '6.3',
		needles: ['iov_iter_extract_will_pin'],
		fix: 'none',
		versioned: false,
	},
	check(file, report) {
		for (const fn of file.ir.functions) {
			if (!fn.clean || !fn.calls.some((call) => call.name === 'iov_iter_extract_will_pin')) continue;
			for (const { asked, name, extraction, replaced } of followReplaced(file, fn)) {
				const by = replaced.kind === 'call' ? `${replaced.name}()` : 'an assignment';
				const at = replaced.kind === 'call' ? replaced.nameRange : { start: replaced.start, end: replaced.end };
				report({
					...asked.nameRange,
					message: `${name}: ${extraction.name}() took its pages before ${by} made it another iterator, so ${asked.name}() answers for the new one and the pins are released wrongly; ask it when the pages are extracted and keep the answer`,
					related: [
						{ ...extraction.nameRange, message: `pages of ${name} are extracted here` },
						{ ...at, message: `${name} is another iterator from here on` },
					],
				});
			}
		}
	},
};
