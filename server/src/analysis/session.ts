/** Reads a text for analyses: by itself, then together with the functions of other files that it needs. */
import { API_RECORDS } from '../kernel/apis/index.js';
import { needles } from '../kernel/index.js';
import type { Kernel } from '../kernel/types.js';
import type { Configuration, Macros } from '../syntax/conditions.js';
import type { FileIR, Range } from '../syntax/ir.js';
import { type Fragment, LinkedUnit, type SiblingFile } from '../syntax/linked-unit.js';
import type { CParser } from '../syntax/parser.js';
import { SourceFile } from '../syntax/source-file.js';
import { type FileContext, fileContext } from './context.js';
import { type CrossFileDependencies, needsOf } from './cross-file-dependencies.js';
import { Linker } from './linker.js';

/** Words that are everywhere in the kernel: they matter only in functions that name the family as well. */
const EVERYWHERE = new Set(['release', 'dirty', 'helper']);

/** Every word that makes a function worth reading. */
const WORDS = new RegExp(
	`\\b(?:FOLL_[A-Z]|${API_RECORDS.filter(
		({ name, group }) => !EVERYWHERE.has(group) || needles.some((needle) => name.includes(needle)),
	)
		.map(({ name }) => `${name}\\b`)
		.join('|')})`,
	'g',
);

/** The text names none of our words. */
function isIrrelevant(text: string): boolean {
	return !needles.some((needle) => text.includes(needle));
}

/** Rounds in which functions of other files ask for further ones: a helper, what it calls, and what that calls. */
const LINK_ROUNDS = 3;

/** What a text is read by. */
export interface Asked {
	readonly path: string;
	readonly kernel: Kernel;
	readonly knownUsers?: boolean;
	readonly neighbours?: readonly SiblingFile[];
	readonly prefilter?: boolean;
	/** Of the command line of a compiler. */
	readonly macros?: Macros | undefined;
	/** The file is of a module outside a tree. */
	readonly isModule?: boolean;
	/** Parts of the text that may be for other kernels. */
	readonly uncertain?: readonly Range[];
}

/** What a text was read as: the next question is mostly about the same one. */
export interface Snapshot {
	readonly text: string;
	readonly asked: Asked;
	readonly context: FileContext;
	/** The file alone. */
	readonly own: FileIR;
	readonly needs: CrossFileDependencies;
	/** The next question begins afresh. */
	readonly isWorn: boolean;
}

/** A file by itself, and by what it was read. */
interface Alone {
	readonly text: string;
	readonly path: string;
	readonly kernel: Kernel;
	readonly knownUsers: boolean;
	readonly macros: Macros | undefined;
	readonly isModule: boolean;
	readonly uncertain: readonly Range[] | undefined;
	readonly context: FileContext;
	readonly needs: CrossFileDependencies;
}

/** What functions of other files need in their turn; their pieces are the same objects as long as their files are. */
interface KnownNeeds {
	readonly pieces: readonly Fragment[];
	readonly path: string;
	readonly kernel: Kernel;
	readonly macros: Macros | undefined;
	readonly isModule: boolean | undefined;
	readonly needs: CrossFileDependencies;
}

/** An edit asks for all its rounds, first with the neighbours known so far and then with those that are found. */
const MOST_KNOWN_NEEDS = 2 * LINK_ROUNDS;

/** One open text over its edits. */
export class AnalysisSession {
	private readonly parser: CParser;
	private readonly source: SourceFile;
	private last: Snapshot | undefined;
	private alone: Alone | undefined;
	/** Those asked for last, which an edit elsewhere leaves as they are. */
	private ofPieces: readonly KnownNeeds[] = [];

	constructor(parser: CParser) {
		this.parser = parser;
		this.source = new SourceFile(parser);
	}

	read(text: string, configuration: Configuration, uncertain: readonly Range[] = []): FileIR {
		const ir = this.source.read(text, configuration, WORDS);
		return uncertain.length === 0 ? ir : { ...ir, compat: [...ir.compat, ...uncertain] };
	}

	/** The text read, and what is known of it so far; undefined for one that names none of our words. */
	snapshot(text: string, asked: Asked): Snapshot | undefined {
		const { last } = this;
		const { path, kernel, neighbours } = asked;
		if (
			last?.text === text &&
			!last.isWorn &&
			last.asked.path === path &&
			last.asked.kernel === kernel &&
			last.asked.macros === asked.macros &&
			(last.asked.knownUsers ?? true) === (asked.knownUsers ?? true) &&
			last.asked.isModule === asked.isModule &&
			areSame(last.asked.uncertain, asked.uncertain) &&
			areIdentical(last.asked.neighbours, neighbours)
		)
			return last;
		this.last = undefined;
		if (asked.prefilter === false || !isIrrelevant(text)) this.last = this.link(text, asked);
		else {
			this.alone = undefined;
			this.source.dispose();
		}
		return this.last;
	}

	/** The file by itself: the same for all neighbours. */
	private itself(text: string, asked: Asked): Alone {
		const { path, kernel, knownUsers = true, macros, isModule = false, uncertain } = asked;
		const { alone } = this;
		if (
			alone?.text === text &&
			!alone.context.ir.effort.isWorn &&
			alone.path === path &&
			alone.kernel === kernel &&
			alone.knownUsers === knownUsers &&
			alone.macros === macros &&
			alone.isModule === isModule &&
			areSame(alone.uncertain, uncertain)
		)
			return alone;
		const context = fileContext(
			path,
			new LinkedUnit(text, []),
			kernel,
			this.read(text, configurationOf(kernel, macros), uncertain),
			knownUsers,
			isModule,
		);
		this.alone = { text, path, kernel, knownUsers, macros, isModule, uncertain, context, needs: needsOf(context) };
		return this.alone;
	}

	/** Find what the text needs of other files and what that needs in its turn; all of it is read together when it is asked for. */
	private link(text: string, asked: Asked): Snapshot {
		const { path, kernel, neighbours = [], knownUsers, macros, isModule, uncertain } = asked;
		const configuration = configurationOf(kernel, macros);
		const alone = this.itself(text, asked);
		const own = alone.context.ir;
		const linker = new Linker(text, own, kernel, configuration, neighbours);
		let { needs } = alone;
		let pieces: readonly Fragment[] = [...linker.own(), ...linker.add(needs)];
		for (let round = 1; round < LINK_ROUNDS && pieces.length > 0; round++) {
			const further = this.needsOfPieces(pieces, asked, linker);
			needs = without(joined(needs, further), linker);
			pieces = linker.add(further);
		}
		let whole: FileContext | undefined;
		const together = (): FileContext => {
			if (linker.pieces.length === 0) return alone.context;
			const unit = new LinkedUnit(text, linker.pieces);
			return fileContext(path, unit, kernel, this.read(unit.text, configuration, uncertain), knownUsers, isModule);
		};
		return {
			text,
			asked,
			own,
			needs: without(needs, linker),
			get context() {
				whole ??= together();
				return whole;
			},
			get isWorn() {
				return (whole ?? alone.context).ir.effort.isWorn;
			},
		};
	}

	private needsOfPieces(pieces: readonly Fragment[], asked: Asked, linker: Linker): CrossFileDependencies {
		const { path, kernel, macros, isModule } = asked;
		const isSame = (known: KnownNeeds): boolean =>
			known.path === path &&
			known.kernel === kernel &&
			known.macros === macros &&
			known.isModule === isModule &&
			areIdentical(known.pieces, pieces);
		let known = this.ofPieces.find(isSame);
		if (!known) {
			const unit = new LinkedUnit('', pieces);
			const source = new SourceFile(this.parser);
			const ir = source.read(unit.text, configurationOf(kernel, macros), WORDS);
			const needs = needsOf(fileContext(path, unit, kernel, ir, true, isModule), ir.defined);
			source.dispose();
			known = { pieces, path, kernel, macros, isModule, needs };
			this.ofPieces = [known, ...this.ofPieces].slice(0, MOST_KNOWN_NEEDS);
		}
		return without(known.needs, linker);
	}

	/** Work on the last text so far; what was worn out is not read anew for the answer. */
	get steps(): number {
		return this.last?.context.ir.effort.steps ?? 0;
	}

	/** Free what the last text no longer needs. */
	sweep(): void {
		this.source.sweep();
	}

	dispose(): void {
		this.last = undefined;
		this.alone = undefined;
		this.ofPieces = [];
		this.source.dispose();
	}
}

function configurationOf({ version }: Kernel, macros: Macros | undefined): Configuration {
	return { version, macros };
}

function areSame(a: readonly Range[] = [], b: readonly Range[] = []): boolean {
	return a.length === b.length && a.every(({ start, end }, i) => start === b[i]?.start && end === b[i]?.end);
}

/** Each is the same object. */
function areIdentical<T>(a: readonly T[] = [], b: readonly T[] = []): boolean {
	return a === b || (a.length === b.length && a.every((one, i) => one === b[i]));
}

function joined(a: CrossFileDependencies, b: CrossFileDependencies): CrossFileDependencies {
	return {
		functions: [...a.functions, ...b.functions],
		fields: [...a.fields, ...b.fields],
		headers: [...a.headers, ...b.headers],
	};
}

/** Needs that are not met yet. */
function without({ functions, fields, headers }: CrossFileDependencies, linker: Linker): CrossFileDependencies {
	return { functions: functions.filter(({ name }) => !linker.isDefined(name)), fields, headers };
}
