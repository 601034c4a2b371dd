/** The paths of the pages of an acquiring call, step by step, as plain data: what every surface shows of them. */
import type { FlowLifecycle, FlowPath, FlowStep, ReleaseSite, Site } from '../analysis/ownership/presentation.js';
import { acquiredWord } from '../analysis/ownership/trace.js';
import type { Range } from '../syntax/ir.js';
import { endingWords, isWrong, journeyWords, placeWord, stepWords, whyNot } from './flow.js';
import { nothingYet, type PagesState, pagesState, unfollowed } from './quantities.js';

/**
 * `call`: of a helper that takes the pages; `test`, `loop`, `case`: a decision; `transfer`: others have them from here on;
 * `return`: of a helper; `end`: the function is left, or the call that is wrong.
 */
export type StepKind =
	| 'acquire'
	| 'call'
	| 'test'
	| 'loop'
	| 'case'
	| 'release'
	| 'transfer'
	| 'change'
	| 'return'
	| 'end';

/** @typeParam At how a surface names a place */
export interface PathStep<At> {
	readonly at: At;
	readonly function: string;
	/** 0 in the function that is followed, more in the helpers it calls. */
	readonly depth: number;
	readonly kind: StepKind;
	/** Answer of a test; of a loop, whether it goes on. */
	readonly truth?: boolean;
	/** Function that takes, releases or gets the pages. */
	readonly callee?: string;
	/** What happens: "got < nr is true". */
	readonly text: string;
	/** Behind this step; undefined ahead of the acquiring call. */
	readonly pages?: PagesState;
}

export interface PagePath<At> {
	/** Unique among the paths of these pages; stays the same over edits elsewhere. */
	readonly id: string;
	readonly ending: { readonly kind: string; readonly isWrong: boolean; readonly text: string };
	/** Where it ends. */
	readonly at: At;
	/** Empty where a function has too many paths to tell each. */
	readonly steps: readonly PathStep<At>[];
	/** The finding that was asked about is about this path. */
	readonly isOfFinding: boolean;
}

/** A call in the life of pages. */
export interface LifeCall<At> {
	readonly at: At;
	readonly name: string;
	readonly function: string;
	/** The call that leads there, where it stands in a helper. */
	readonly via?: Omit<LifeCall<At>, 'via'>;
}

/** Where paths end that do not release the pages. */
export interface LifeEnd<At> {
	readonly at: At;
	readonly kind: string;
	readonly text: string;
}

/** From the acquiring call to the releases, over all functions that are seen. */
export interface Life<At> {
	readonly acquired: readonly LifeCall<At>[];
	/** Places and functions that have them when this function is left. */
	readonly kept: readonly LifeEnd<At>[];
	readonly released: readonly LifeCall<At>[];
	/** Ends that a finding is about. */
	readonly wrong: readonly LifeEnd<At>[];
}

/** The pages of one acquiring call in one function. */
export interface PagePaths<At> {
	/** Unique among the answers for a file. */
	readonly id: string;
	/** "pages pinned by pin_user_pages_fast() in foo(), into umem->pgs, nr asked for" */
	readonly title: string;
	readonly acquire: LifeCall<At>;
	/** "pin", "reference" or "extracted" */
	readonly reference: string;
	/** undefined where the place is none that can be followed. */
	readonly into?: string;
	/** Number of pages asked for, as written. */
	readonly asked?: string;
	/** Those that are wrong first, those on which nothing was obtained last. */
	readonly paths: readonly PagePath<At>[];
	readonly life: Life<At>;
	/** Why no paths are told. */
	readonly silent?: string;
}

/** What is asked of the text the paths are in. */
export interface PathSource<At> {
	slice(range: Range): string;
	locate(range: Range): At;
}

class Teller<At> {
	private readonly journey: FlowLifecycle;
	private readonly source: PathSource<At>;
	private readonly verb: string;

	constructor(journey: FlowLifecycle, source: PathSource<At>) {
		this.journey = journey;
		this.source = source;
		this.verb = acquiredWord(journey.kind);
	}

	all(isOfFinding: (way: FlowPath) => boolean): PagePaths<At> {
		const { taking, through, kind, place, asked, releases, ways } = this.journey;
		const silent = whyNot(this.journey);
		const ordered = silent === undefined ? ways.toSorted((a, b) => rank(a) - rank(b)) : [];
		const ordinals = new Map<string, number>();
		const paths = ordered.map((way): PagePath<At> => {
			const { ending } = way;
			const ordinal = (ordinals.get(ending.kind) ?? 0) + 1;
			ordinals.set(ending.kind, ordinal);
			return {
				id: `${ending.kind}:${ordinal}`,
				ending: { kind: ending.kind, isWrong: isWrong(ending), text: endingWords(ending) },
				at: this.source.locate(way.at),
				steps: this.steps(way),
				isOfFinding: isOfFinding(way),
			};
		});
		const ends = (some: (way: FlowPath) => boolean): LifeEnd<At>[] => {
			const byText = new Map<string, LifeEnd<At>>();
			for (const way of ordered.filter(some)) {
				const text = endingWords(way.ending);
				if (!byText.has(text)) byText.set(text, { at: this.source.locate(way.at), kind: way.ending.kind, text });
			}
			return [...byText.values()];
		};
		return {
			id: `${taking.start}:${(through ?? taking).start}`,
			title: journeyWords(this.journey),
			acquire: this.call(through ? { ...taking, via: through } : taking),
			reference: kind,
			...(place === undefined ? {} : { into: placeWord(place) }),
			...(asked === undefined ? {} : { asked: oneSpace(asked) }),
			paths,
			life: {
				acquired: [this.call(through ? { ...taking, via: through } : taking)],
				kept: ends(({ ending }) => /^(?:kept|handed|returned|shared)$/.test(ending.kind)),
				released: releases.map((site) => this.call(site)),
				wrong: ends(({ ending }) => isWrong(ending)),
			},
			...(silent === undefined ? {} : { silent }),
		};
	}

	private call(site: Site & Partial<Pick<ReleaseSite, 'via'>>): LifeCall<At> {
		const { name, function: inside, via } = site;
		const at = this.source.locate({ start: site.start, end: site.end });
		return via === undefined
			? { at, name, function: inside }
			: { at, name, function: inside, via: this.call({ ...via }) };
	}

	private steps(way: FlowPath): PathStep<At>[] {
		if (way.steps.length === 0) return [];
		const found: PathStep<At>[] = [];
		let before: FlowPath['last'];
		let gone: number | undefined = 0;
		const { at, ending } = way;
		const last = way.steps.at(-1);
		// the wrong release is told once, as the end
		const isEnd = ending.kind === 'wrong' && last?.release !== undefined && last.start < at.end && at.start < last.end;
		for (const step of isEnd ? way.steps.slice(0, -1) : way.steps) {
			if (step.takes) gone = 0;
			else if (step.release !== undefined)
				gone = step.repeated || step.pages === undefined || gone === undefined ? undefined : gone + step.pages;
			found.push(...(step.takes ? this.acquire(step, way) : this.step(step, before, gone)));
			before = step.state;
		}
		found.push(this.end(way, gone));
		return stated(found, ending.kind === 'released');
	}

	/** @param depth of helpers the step stands in */
	private step(
		step: FlowStep,
		before: FlowPath['last'],
		gone: number | undefined,
		inside = this.journey.function,
		depth = 0,
	): PathStep<At>[] {
		const { source } = this;
		const code = oneSpace(source.slice(step));
		const { what, state } = stepWords(step, before, code);
		if (what === undefined && state === undefined) return [];
		const pages = this.pages(step.state, gone);
		const own = {
			at: source.locate(step),
			function: inside,
			depth,
			kind: kindOf(step),
			...(step.truth === undefined ? {} : { truth: step.truth }),
			text: step.release === undefined ? (what ?? shortened(code)) : `released by ${name(step.release)}`,
			...(pages === undefined ? {} : { pages }),
		};
		if (step.release === undefined) return [own];
		const call = { ...own, callee: step.release };
		return step.within ? [call, this.inside(call, step.within)] : [call];
	}

	/** The acquiring step, with the way through the helpers it stands in. */
	private acquire(step: FlowStep, { helper }: FlowPath): PathStep<At>[] {
		const { taking, through, function: inside } = this.journey;
		const at = this.source.locate(step);
		const pages = this.pages(helper.find(({ takes }) => takes)?.state ?? step.state, 0);
		const acquire = {
			at,
			function: inside,
			depth: 0,
			kind: 'acquire' as const,
			callee: taking.name,
			text: this.acquireWords(),
			...(pages === undefined ? {} : { pages }),
		};
		if (!through) return [acquire];
		const call: PathStep<At> = {
			...acquire,
			kind: 'call',
			callee: through.name,
			text: `${through.name}() is called`,
			pages: nothingYet(this.verb),
		};
		const deepest = Math.max(helper.filter(({ returns }) => returns).length, 1);
		const found = [call, { ...this.inside(acquire, taking), depth: deepest, text: acquire.text }];
		let depth = deepest;
		let before: FlowPath['last'];
		for (const one of helper) {
			if (one.returns) {
				const known = this.pages(one.state, undefined);
				found.push({
					at: this.source.locate(one),
					function: one.function,
					depth: depth--,
					kind: 'return',
					text: `${one.function}() returns here`,
					...(known === undefined ? {} : { pages: known }),
				});
			} else if (!one.takes) found.push(...this.step(one, before, undefined, one.function, depth));
			before = one.state;
		}
		return found;
	}

	/** The call in a helper that does what a step does. */
	private inside(step: PathStep<At>, site: Site): PathStep<At> {
		const { name, function: inside } = site;
		const at = this.source.locate({ start: site.start, end: site.end });
		return {
			...step,
			at,
			function: inside,
			depth: step.depth + 1,
			callee: name,
			text: `released by ${name}() in ${inside}()`,
		};
	}

	/** "pages pinned by pin_user_pages() into umem->pgs" */
	private acquireWords(): string {
		const { taking, place, single } = this.journey;
		const into = place === undefined ? '' : ` into ${placeWord(place)}`;
		return `${single ? 'page' : 'pages'} ${this.verb} by ${taking.name}()${into}`;
	}

	private end(way: FlowPath, gone: number | undefined): PathStep<At> {
		const { ending, at } = way;
		const pages = this.pages(way.last, gone);
		return {
			at: this.source.locate(at),
			function: this.journey.function,
			depth: 0,
			kind: 'end',
			...('callee' in ending && ending.callee ? { callee: ending.callee } : {}),
			text: ending.kind === 'wrong' ? endingWords(ending) : `returns here: ${endingWords(ending)}`,
			...(pages === undefined ? {} : { pages }),
		};
	}

	private pages(snapshot: FlowPath['last'], gone: number | undefined): PagesState | undefined {
		return pagesState(snapshot, this.verb, this.journey.asked, gone);
	}
}

/** Steps behind the one where the place of the pages got another value have the state that is left of what was known. */
function stated<At>(steps: readonly PathStep<At>[], released: boolean): PathStep<At>[] {
	let known: PagesState | undefined;
	return steps.map((step) => {
		const pages = step.pages ?? (known && unfollowed(known, released && step.kind === 'end'));
		known = pages;
		return pages ? { ...step, pages } : step;
	});
}

function rank({ ending }: FlowPath): number {
	return isWrong(ending) ? 0 : ending.kind === 'none' ? 2 : 1;
}

function kindOf({ kind, takes, release, state }: FlowStep): StepKind {
	if (kind === 'branch') return 'test';
	if (kind === 'pass') return 'loop';
	if (kind === 'jump') return 'case';
	if (takes) return 'acquire';
	if (release !== undefined) return 'release';
	return state?.status === 'escaped' ? 'transfer' : 'change';
}

function name(callee: string): string {
	return callee === '' ? 'a callback' : `${callee}()`;
}

/** Characters of a statement that are shown. */
const LONGEST_CODE = 60;

function shortened(code: string): string {
	return code.length > LONGEST_CODE ? `${code.slice(0, LONGEST_CODE - 3)}...` : code;
}

function oneSpace(text: string): string {
	return text.replace(/\s+/g, ' ').trim();
}

/** The paths of one acquiring call. */
export function pagePaths<At>(
	journey: FlowLifecycle,
	source: PathSource<At>,
	isOfFinding: (way: FlowPath) => boolean = () => false,
): PagePaths<At> {
	return new Teller(journey, source).all(isOfFinding);
}

/** The same with other names for the places. */
export function relocated<From, To>(pages: PagePaths<From>, to: (at: From) => To): PagePaths<To> {
	const call = ({ at, name, function: inside, via }: LifeCall<From>): LifeCall<To> => ({
		at: to(at),
		name,
		function: inside,
		...(via ? { via: { at: to(via.at), name: via.name, function: via.function } } : {}),
	});
	const ends = (some: readonly LifeEnd<From>[]): LifeEnd<To>[] => some.map((end) => ({ ...end, at: to(end.at) }));
	const { acquired, kept, released, wrong } = pages.life;
	return {
		...pages,
		acquire: call(pages.acquire),
		paths: pages.paths.map((path) => ({
			...path,
			at: to(path.at),
			steps: path.steps.map((step) => ({ ...step, at: to(step.at) })),
		})),
		life: {
			acquired: acquired.map(call),
			kept: ends(kept),
			released: released.map(call),
			wrong: ends(wrong),
		},
	};
}
