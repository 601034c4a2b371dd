import { type AbandonedArray, abandonedArrays } from '../analysis/abandoned-arrays.js';
import type { FileContext } from '../analysis/context.js';
import { droppedPages } from '../analysis/dropped-folio-pages.js';
import { shortReleases } from '../analysis/merged-page-runs.js';
import type { Leak } from '../analysis/ownership/leaks.js';
import { ownershipOf } from '../analysis/ownership/ownership.js';
import type { FunctionExit } from '../analysis/ownership/state.js';
import { type Teardown, teardowns } from '../analysis/ownership/teardown.js';
import { acquiredWord } from '../analysis/ownership/trace.js';
import { acquires, wordsOf } from '../kernel/acquiring.js';
import { named, related, releaseAdvice, taken } from './path.js';
import type { Report, Rule } from './rule.js';

/** Report of pages that are leaked on a return path. */
export function leakReport(file: FileContext, { fn, holding, exit, others, short }: Leak): Report {
	const name = named(holding);
	const end = { start: exit.start, end: exit.end, message: `returns here without releasing ${name}` };
	const { unreachable, inner } = holding;
	const lost = unreachable
		? [
				{
					start: unreachable.start,
					end: unreachable.end,
					message: unreachable.callee
						? `${unreachable.callee}() frees the only pointers to them`
						: 'the only pointer to them is overwritten',
				},
			]
		: [];
	const also = others.map(({ start, end: stop }) => ({ start, end: stop, message: `${name} also leaked here` }));
	const spared = holding.missedByRelease
		? [
				{
					...holding.missedByRelease.nameRange,
					message: `${holding.missedByRelease.name}() releases the other pages, but not these`,
				},
			]
		: [];
	// a loop may have transferred some of them before: their owner must not see them released twice
	const several = !holding.single && holding.askedConstant !== 1;
	const remaining = holding.missedByRelease !== undefined || holding.earlier || (several && fn.loops.length > 0);
	// the helper knows best what it obtained, unless a caller cleans up after it
	const where =
		inner?.left.fails && !isCleanedUpAfter(file, inner.left) ? `before ${inner.left.fn.name}() fails` : 'on that path';
	const caller = holding.call === holding.acquire.call ? '' : `${fn.name}() `;
	const what = short
		? `on a short return of ${holding.acquire.call.name}(), ${caller ? `${caller}leaks the pages obtained` : 'the pages obtained are leaked'}`
		: `${taken(holding)}, but ${caller ? `${caller}leaks ${holding.single ? 'it' : 'them'}` : 'leaked'} on a return path`;
	return {
		...holding.acquire.call.nameRange,
		message: `${name}: ${what}; ${releaseAdvice(file, holding, remaining)} ${where}`,
		related: [...related(file, exit.state, holding), ...spared, ...lost, end, ...also],
	};
}

/** A caller releases what the helper left when it failed. */
function isCleanedUpAfter(file: FileContext, { fn }: FunctionExit): boolean {
	return ownershipOf(file).events.some(
		({ event }) => event.kind === 'release' && event.holding.inner?.left.fails && event.holding.inner.left.fn === fn,
	);
}

/** Report of pages in an object that is freed without releasing them. */
function teardownReport(file: FileContext, { holding, exit, free, fn }: Teardown): Report {
	const name = named(holding);
	return {
		...holding.acquire.call.nameRange,
		message: `${name}: ${taken(holding)}, but ${fn.name}() leaks ${holding.single ? 'it' : 'them'} on teardown; ${releaseAdvice(file, holding)} before ${free.name}()`,
		related: related(file, exit.state, holding, {
			...free.nameRange,
			message: `${free.name}() in ${fn.name}() frees the only pointers to them`,
		}),
	};
}

/** Report of an array that a teardown frees, whose pages nothing releases. */
function abandonedReport(file: FileContext, { holding, free, array }: AbandonedArray): Report {
	const name = file.slice(array);
	const { call } = holding.acquire;
	return {
		...free.nameRange,
		message: `${name}: ${free.name}() frees the array, but its pages, ${taken(holding)}, are leaked; ${releaseAdvice(file, holding)} before ${free.name}()`,
		related: [{ ...call.nameRange, message: `${named(holding)}: pages ${acquiredWord(holding.kind)} here` }],
	};
}

/** Report of pages whose pointers a later call overwrites. @param short of those of a short return */
export function lostReports(file: FileContext, short: boolean): Report[] {
	const told = new Set<number>();
	return ownershipOf(file).events.flatMap(({ event }) => {
		if (event.kind !== 'lost' || (event.holding.outcome === 'partial') !== short) return [];
		const { holding, call, state } = event;
		const { acquire: taking } = holding;
		if (told.has(taking.call.start)) return [];
		told.add(taking.call.start);
		const name = named(holding);
		const again = call === holding.call ? 'the next iteration' : `${call.name}()`;
		const what = short
			? `on a short return of ${taking.call.name}(), ${again} overwrites the pages obtained, which leaks them`
			: `${taken(holding)}, but ${again} overwrites the only ${holding.single ? 'pointer to it' : 'pointers to them'}, a leak`;
		return {
			...taking.call.nameRange,
			message: `${name}: ${what}; ${releaseAdvice(file, holding)} first`,
			related: related(file, state, holding, { ...call.nameRange, message: `${name}: overwritten here` }),
		};
	});
}

export const gupLeak: Rule = {
	meta: {
		id: 'gup-leak',
		title: 'Pages leaked on a return path',
		severity: 'warning',
		needles: wordsOf(acquires),
		fix: 'none',
		versioned: false,
	},
	check(file, report) {
		for (const leak of ownershipOf(file).leaks) if (!leak.short) report(leakReport(file, leak));
		for (const lost of lostReports(file, false)) report(lost);
		const torn = teardowns(file);
		for (const teardown of torn) report(teardownReport(file, teardown));
		const told = new Set(torn.map(({ holding }) => holding.acquire));
		for (const one of abandonedArrays(file)) if (!told.has(one.taken)) report(abandonedReport(file, one));
		for (const { taken: call, array, by, test } of droppedPages(file))
			report({
				...call.call.nameRange,
				message: `${array}: ${by.name}() keeps one page per folio and skips the other pages of ${call.call.name}(), which are leaked; release or count them there`,
				related: [{ start: test.start, end: test.end, message: 'another page of the same folio is skipped here' }],
			});
		for (const { release, page, merge, taken: calls } of shortReleases(file))
			report({
				...release.nameRange,
				message: `${page.field}: ${merge.fn.name}() counts merged pages in ${merge.count.field}, but ${release.name}() releases only one and leaks the rest; release ${merge.count.field} pages`,
				related: [
					...calls.map((call) => ({
						...call.call.nameRange,
						message: `${call.call.name}() acquires each of them here`,
					})),
					{ start: merge.at.start, end: merge.at.end, message: 'the entry stands for one more page from here on' },
				],
			});
	},
};
