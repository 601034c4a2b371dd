import type { FileContext } from '../analysis/context.js';
import { droppedPages } from '../analysis/dropped-folio-pages.js';
import { shortReleases } from '../analysis/merged-page-runs.js';
import type { Leak } from '../analysis/ownership/leaks.js';
import type { Departure } from '../analysis/ownership/state.js';
import { type Teardown, teardowns } from '../analysis/ownership/teardown.js';
import { acquires, wordsOf } from '../kernel/acquiring.js';
import { giver, named, related, taken } from './path.js';
import type { Report, Rule } from './rule.js';

/** Report of pages that are left behind; `what` says which. */
export function leakReport(file: FileContext, { fn, holding, exit, others }: Leak, what: string): Report {
	const name = named(holding);
	const where = holding.call === holding.taking.call ? '' : ` in ${fn.name}()`;
	const end = { start: exit.start, end: exit.end, message: `leaves here, ${name} still held` };
	const { unreachable, inner } = holding;
	const lost = unreachable
		? [
				{
					start: unreachable.start,
					end: unreachable.end,
					message: unreachable.callee
						? `${unreachable.callee}() frees the only memory that names them`
						: 'the only pointer to them is overwritten',
				},
			]
		: [];
	const also = others.map(({ start, end: stop }) => ({ start, end: stop, message: `${name} is leaked here as well` }));
	const spared = holding.spared
		? [{ ...holding.spared.nameRange, message: `${holding.spared.name}() releases the others, but not these` }]
		: [];
	// a loop may have given some of them away before: who has them must not see them released twice
	const several = !holding.single && holding.askedConstant !== 1;
	const which =
		holding.spared || holding.earlier || (several && fn.loops.length > 0) ? 'those that nothing else has' : 'them';
	// the helper knows best what it has got, unless a caller cleans up after it
	const advice =
		inner?.left.fails && !isCleanedUpAfter(file, inner.left)
			? `give ${which} back with ${giver(file, holding)} before ${inner.left.fn.name}() returns the error`
			: `give ${which} back with ${giver(file, holding)} on that path`;
	return {
		...holding.taking.call.nameRange,
		message: `${name}: ${taken(holding)}, but ${what}${where}: nothing releases them there and nothing else holds them; ${advice}`,
		related: [...related(file, exit.state, holding), ...spared, ...lost, end, ...also],
	};
}

/** A caller releases what the helper left when it failed. */
function isCleanedUpAfter(file: FileContext, { fn }: Departure): boolean {
	return file.ownership.events.some(
		({ event }) => event.kind === 'release' && event.holding.inner?.left.fails && event.holding.inner.left.fn === fn,
	);
}

/** Report of pages that wait in an object which is freed with them. */
function teardownReport(file: FileContext, { holding, exit, free, fn }: Teardown): Report {
	const name = named(holding);
	return {
		...holding.taking.call.nameRange,
		message: `${name}: ${taken(holding)}, but nothing releases them once they are in the object, and ${fn.name}() frees what names them: they are leaked on teardown; release them with ${giver(file, holding)} before ${free.name}()`,
		related: related(file, exit.state, holding, {
			...free.nameRange,
			message: `${free.name}() in ${fn.name}() frees the only memory that names them`,
		}),
	};
}

/** Report of pages that a later call stores over: `short` says which of them. */
export function lostReports(file: FileContext, short: boolean): Report[] {
	const told = new Set<number>();
	return file.ownership.events.flatMap(({ event }) => {
		if (event.kind !== 'lost' || (event.holding.outcome === 'short') !== short) return [];
		const { holding, call, state } = event;
		const { taking } = holding;
		if (told.has(taking.call.start)) return [];
		told.add(taking.call.start);
		const name = named(holding);
		const what = short ? 'when there are fewer than asked for, ' : '';
		const again = call === holding.call ? 'the next pass' : `${call.name}()`;
		return {
			...taking.call.nameRange,
			message: `${name}: ${taken(holding)}, but ${what}${again} takes into the same place before anybody has given these back: they can be found no more; give them back with ${giver(file, holding)} first`,
			related: related(file, state, holding, { ...call.nameRange, message: `${name}: overwritten here` }),
		};
	});
}

export const gupLeak: Rule = {
	meta: {
		id: 'gup-leak',
		title: 'Pages left behind on a way out',
		severity: 'warning',
		needles: wordsOf(acquires),
		fix: 'none',
		versioned: false,
	},
	check(file, report) {
		for (const leak of file.ownership.leaks)
			if (!leak.short) report(leakReport(file, leak, 'one way out leaves them behind'));
		for (const lost of lostReports(file, false)) report(lost);
		for (const teardown of teardowns(file)) report(teardownReport(file, teardown));
		for (const { taken: call, array, by, test } of droppedPages(file))
			report({
				...call.call.nameRange,
				message: `${array}: taken page by page by ${call.call.name}(), but ${by.name}() keeps one page of each folio and passes over the others, which nothing releases afterwards; give them back there, or count them`,
				related: [{ start: test.start, end: test.end, message: 'a page of the same folio is passed over here' }],
			});
		for (const { release, page, merge, taken: calls } of shortReleases(file))
			report({
				...release.nameRange,
				message: `${page.field}: ${merge.fn.name}() merges pages that were taken one by one and counts them in ${merge.count.field}, but ${release.name}() gives back one of them only: the others stay behind; give back ${merge.count.field} of them`,
				related: [
					...calls.map((call) => ({ ...call.call.nameRange, message: `${call.call.name}() takes each of them` })),
					{ start: merge.at.start, end: merge.at.end, message: 'one entry stands for one page more from here on' },
				],
			});
	},
};
