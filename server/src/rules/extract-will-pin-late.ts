import { followReplaced, type LateQuestion } from '../analysis/replaced-iterators.js';
import type { Report, Rule } from './rule.js';

const RIGHT = 'ask it of the iterator the pages are extracted from, and keep the answer';

function describe({ asked, name, extraction, replaced }: LateQuestion): Report {
	const taken = { ...extraction.nameRange, message: `pages of ${name} are extracted here` };
	if (replaced === extraction)
		return {
			...asked.nameRange,
			message: `${name}: ${extraction.name}() made this iterator over the pages it pinned, so ${asked.name}() says that nothing is pinned, and the pins leak; ${RIGHT}`,
			related: [{ ...taken, message: `${name} is filled here` }],
		};
	const by = replaced.kind === 'call' ? `${replaced.name}()` : 'an assignment';
	const at = replaced.kind === 'call' ? replaced.nameRange : { start: replaced.start, end: replaced.end };
	return {
		...asked.nameRange,
		message: `${name}: ${extraction.name}() took its pages before ${by} made it another iterator, so ${asked.name}() answers for the new one and the pages are released wrongly; ${RIGHT}`,
		related: [taken, { ...at, message: `${name} is another iterator from here on` }],
	};
}

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
			for (const late of followReplaced(file, fn)) report(describe(late));
		}
	},
};
