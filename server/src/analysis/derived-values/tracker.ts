/** Follows the pages of one taking call through the functions of a file, a bounded number of steps. */

import { namedRelease } from '../../kernel/sinks/index.js';
import type { CallExpr, FunctionIR } from '../../syntax/ir.js';
import { memoize } from '../../syntax/memoize.js';
import type { ApiCall, FileContext } from '../context.js';
import { rootOf } from '../walk.js';
import { EMPTY_SUMMARY, type Frame, type FunctionSummary, type Seed, type Tracker } from './frame.js';
import { FunctionPass } from './function-pass.js';
import { ADDRESS, CONTENTS, type DerivationSet, LIST, LOCAL_MAPPING, MAPPING, NONE, PAGE } from './kinds.js';
import { restOf } from './paths.js';
import type { Derivation } from './state.js';
import { storageDurationOf } from './storage-duration.js';
import type { Use } from './use.js';

/** How far helpers are followed down, and callers up. */
const DEEPEST_HELPER = 4;
const HIGHEST_CALLER = 3;
const MOST_CALLERS = 8;
/** Functions that are followed because they use the field the pages are kept in. */
const MOST_USERS = 24;
/** Fields that hold what was made of the fields: pages -> sgt. */
const FIELD_ROUNDS = 2;
/** Uses that only their places tell apart: more of them say nothing new. */
const MOST_ALIKE = 24;
/** Functions followed for one call, in all. */
const MOST_FRAMES = 120;

/** What may still be followed for one file. */
export interface Budget {
	frames: number;
}

/** A file with more taking calls than this pays for is a generated one. */
export const fullBudget = (): Budget => ({ frames: 4000 });

const callersByName = memoize((_: FileContext) => new Map<string, readonly FunctionIR[]>());

/** Functions that call `name` and do not have that name themselves. */
function otherCallers(file: FileContext, name: string): readonly FunctionIR[] {
	const known = callersByName(file);
	let callers = known.get(name);
	if (!callers) {
		callers = file.ir.callers(name).filter((caller) => caller.name !== name);
		known.set(name, callers);
	}
	return callers;
}

export class InterproceduralTracker implements Tracker {
	readonly file: FileContext;
	readonly uses: Use[] = [];
	complete = true;
	/** Places of uses by kind and text. */
	private readonly seen = new Map<string, Set<number>>();
	private readonly summaries = new Map<string, FunctionSummary>();
	private readonly running = new Set<string>();
	private frames = 0;
	/** What fields hold, by the keys other functions know them by. */
	private fields = new Map<string, DerivationSet>();
	private readonly words = new Set<string>();
	/** What is followed now has the pages from a field alone. */
	isByField = false;
	/** Functions whose own flow was followed from the taking call. */
	private readonly followed = new Set<FunctionIR>();

	private readonly budget: Budget;

	constructor(file: FileContext, budget: Budget) {
		this.file = file;
		this.budget = budget;
	}

	markIncomplete(): void {
		this.complete = false;
	}

	/** Note a use in the function `name`. */
	note(use: Omit<Use, 'function' | 'byField'>, name: string): void {
		const alike = `${use.kind} ${use.text}`;
		const places = this.seen.get(alike) ?? new Set<number>();
		this.seen.set(alike, places);
		if (places.size >= MOST_ALIKE || places.has(use.start)) return;
		places.add(use.start);
		this.uses.push({ ...use, function: name, ...(this.isByField ? { byField: true } : {}) });
	}

	/** A function of the family, or one named like one, gives pages back. */
	isRelease(name: string): boolean {
		return this.file.kernel.api(name)?.record.group === 'release';
	}

	mayRelease(call: CallExpr): boolean {
		return this.isRelease(call.name) || namedRelease(call.name);
	}

	/** Follow the call. @returns whether the references are given back on every path before somebody out of sight has them */
	follow(site: ApiCall, fn: FunctionIR): boolean {
		const effects = this.frame(fn, { site }, 0);
		const settled = this.followCallers(fn, effects, 0);
		this.isByField = true;
		for (let round = 0; round < FIELD_ROUNDS; round++) this.byField();
		return settled;
	}

	/** Effects of a helper for what it gets; undefined when it is too deep. */
	summary(fn: FunctionIR, entry: ReadonlyMap<string, Derivation>, depth: number): FunctionSummary | undefined {
		if (depth > DEEPEST_HELPER) return undefined;
		const id = `${fn.name}#${fn.variant} ${[...entry].map(([path, { kinds }]) => `${path}=${kinds}`).sort()}`;
		const known = this.summaries.get(id);
		if (known) return known;
		// recursion: its effects are found by the call that is under way
		if (this.running.has(id)) return EMPTY_SUMMARY;
		this.running.add(id);
		const effects = this.frame(fn, { entry }, depth);
		this.running.delete(id);
		this.summaries.set(id, effects);
		return effects;
	}

	private frame(fn: FunctionIR, reason: Seed, depth: number): FunctionSummary {
		if (--this.budget.frames < 0) fn.effort.giveUp();
		if (++this.frames > MOST_FRAMES || fn.effort.isGivenUp) {
			this.markIncomplete();
			return EMPTY_SUMMARY;
		}
		if (!reason.entry && !reason.fields) this.followed.add(fn);
		return new FunctionPass(this, fn, reason, depth).run();
	}

	/** The callers of a function that leaves pages to them. */
	private followCallers(fn: FunctionIR, effects: FunctionSummary, height: number): boolean {
		if (!effects.held) return true;
		if (effects.places.size === 0 && effects.returns === NONE && effects.returned.size === 0) return false;
		const callers = otherCallers(this.file, fn.name).filter((caller) => caller.hasNoSyntaxErrors);
		if (callers.length === 0) {
			if (effects.returns !== NONE)
				this.note({ ...fn.nameRange, kind: 'returned', text: 'they are returned to the caller' }, fn.name);
			else this.carriedOut(fn, effects.returned);
			return false;
		}
		if (height >= HIGHEST_CALLER || callers.length > MOST_CALLERS) this.markIncomplete();
		if (height >= HIGHEST_CALLER) return false;
		let settled = fn.isStatic;
		for (const caller of callers.slice(0, MOST_CALLERS)) {
			const recordExitState = this.frame(caller, { producer: { name: fn.name, effects } }, 0);
			if (!this.followCallers(caller, recordExitState, height + 1)) settled = false;
		}
		return settled;
	}

	/** A mapping that leaves the file in an object which a function makes and returns. */
	private carriedOut({ name, nameRange }: FunctionIR, returned: FunctionSummary['returned']): void {
		const kinds = [...returned.values()].reduce((all, entry) => all | entry.kinds, NONE);
		if ((kinds & MAPPING) === 0 || kinds & LOCAL_MAPPING) return;
		const text = `they stay mapped in what ${name}() returns`;
		this.note({ ...nameRange, kind: 'kept', life: 'object', mapped: true, text }, name);
	}

	/** What a function that was followed from the call leaves in objects. */
	left(frame: Frame, places: ReadonlyMap<string, Derivation>): void {
		if (frame.reason.entry) return;
		const known = otherCallers(this.file, frame.fn.name).length > 0;
		for (const [path, { kinds, keys }] of places) {
			const rest = restOf(path);
			// the variable itself ends with the function
			if (rest === '' && frame.isOwn(path) && !frame.isParam(path)) continue;
			const life = storageDurationOf(path, frame.fn, this.file.ir);
			if (life === 'local') continue;
			if (rest !== '' || life === 'global') this.remember(keys, path, kinds);
			const range = frame.assigned.get(path) ?? frame.fn.nameRange;
			if (life === 'fresh' || frame.rebound.has(path)) continue;
			if (rest === '' && life !== 'global') {
				if (!known) frame.note({ ...range, kind: 'returned', text: `they are stored in ${path} for the caller` });
				continue;
			}
			if (kinds & (CONTENTS | MAPPING) && !(kinds & LOCAL_MAPPING))
				frame.note({
					...range,
					kind: 'kept',
					life,
					mapped: (kinds & MAPPING) !== 0,
					text: `they stay mapped via ${path}`,
				});
			if (kinds & (PAGE | LIST)) frame.note({ ...range, kind: 'stored', life, text: `they are stored in ${path}` });
			else if (kinds & ADDRESS)
				frame.note({ ...range, kind: 'stored', life, address: true, text: `their physical address is in ${path}` });
		}
	}

	private remember(keys: readonly string[], path: string, kinds: DerivationSet): void {
		for (const key of keys) this.fields.set(key, (this.fields.get(key) ?? NONE) | (kinds & ~LOCAL_MAPPING));
		const word = /\w+$/.exec(path)?.[0];
		if (word && (keys.length > 0 || rootOf(path) === path)) this.words.add(word);
	}

	private byField(): void {
		const fields = this.fields;
		const words = [...this.words];
		this.fields = new Map(fields);
		if (fields.size === 0) return;
		const users = new Set(words.flatMap((word) => this.file.ir.naming(word)));
		let left = MOST_USERS;
		for (const fn of users) {
			if (!fn.hasNoSyntaxErrors || this.followed.has(fn) || fn.variant > 0) continue;
			if (left-- === 0) {
				this.markIncomplete();
				break;
			}
			this.frame(fn, { fields }, 0);
		}
	}
}
