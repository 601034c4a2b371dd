import { followReplaced, type LateQuestion } from '../analysis/replaced-iterators.js';
import type { Report, Rule } from './rule.js';

function describe({ asked, name, extraction, replaced }: LateQuestion): Report {
	const taken = { ...extraction.nameRange, message: `pages of ${name} are extracted here` };
	if (replaced === extraction)
		return {
			...asked.nameRange,
			message: `${name}: ${asked.name}() is false for the iterator that ${extraction.name}() created, so the pins leak; call it on the source iterator`,
			related: [{ ...taken, message: `${name} is created here` }],
		};
	const by = replaced.kind === 'call' ? `${replaced.name}()` : 'an assignment';
	const at = replaced.kind === 'call' ? replaced.nameRange : { start: replaced.start, end: replaced.end };
	return {
		...asked.nameRange,
		message: `${name}: ${asked.name}() is called on a different iterator, replaced by ${by}; call it at extraction and save the result`,
		related: [taken, { ...at, message: `${name} is replaced here` }],
	};
}

export const extractWillPinLate: Rule = {
	meta: {
		id: 'extract-will-pin-late',
		title: 'iov_iter_extract_will_pin() called on a different iterator',
		severity: 'warning',
		since: '6.3',
		needles: ['iov_iter_extract_will_pin'],
		fix: 'none',
		versioned: false,
	},
	check(file, report) {
		for (const fn of file.ir.functions) {
			if (!fn.hasNoSyntaxErrors || !fn.calls.some((call) => call.name === 'iov_iter_extract_will_pin')) continue;
			for (const late of followReplaced(file, fn)) report(describe(late));
		}
	},
};
