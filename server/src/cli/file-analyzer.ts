import { isAbsolute } from 'node:path';
import type {
	Analysis,
	Claims,
	Draft,
	Engine,
	Finding,
	Macros,
	Neighbour,
	Objection,
	Offer,
	OpenFile,
	Place,
} from '../engine.js';
import { fromFolder } from '../workspace/collect.js';
import type { Files } from '../workspace/files.js';
import { type Definitions, isInCore, Neighbourhood, type SiblingSource } from '../workspace/neighbours.js';
import type { Tree } from '../workspace/trees.js';
import type { Configured } from './configured.js';
import { type Judged, Kernels } from './kernels.js';
import type { Elsewhere, FindingPaths } from './report.js';

/** A file as the engine is asked of it. */
export interface Examined {
	readonly judged: Judged;
	/** Analyse a text in place of the file's. */
	analyse(text: string, fixes: boolean): Analysis;
	/** The paths that findings of a text are about. */
	paths(text: string, findings: readonly Finding[]): FindingPaths;
	/** What can be done about the sites of the file that should convert. */
	offers(): readonly Offer[];
	/** For sites that are refused: conversions that a person has to decide about first. */
	drafts(): readonly Draft[];
	/** Functions of further files that have a hand in what a conversion changes. */
	objections(claims: Claims, files: readonly Neighbour[]): readonly Objection[];
	/** Absolute path of a neighbour. */
	fileOf(path: string): string | undefined;
	/** The file a place of the findings lies in. */
	elsewhere(place: Place): Elsewhere;
}

export interface Named {
	/** Absolute, with "/". */
	readonly absolute: string;
	/** Relative to the working directory. */
	readonly path: string;
	/** As the user would type it. */
	readonly shown: string;
}

interface Surroundings {
	readonly cwd: string;
	readonly files: Files;
	/** Value of --kernel. */
	readonly kernel: string | undefined;
	/** The configuration files, and what the command line says before them. */
	readonly configured: Configured;
	/** Files of other folders that may define a function. */
	readonly definitions?: Definitions;
	readonly compiler?: Compiler | undefined;
}

/** What the command line of a compiler tells of the files it compiles. */
export interface Compiler {
	/** The tree whose headers it includes. */
	readonly tree: Tree | undefined;
	readonly macros: Macros;
}

/** Asks the engine of files in one state of the tree, each by its own kernel and with the files beside it. */
export class FileAnalyzer {
	readonly kernels: Kernels;
	readonly #engine: Engine;
	readonly #around: Surroundings;
	readonly #neighbourhood: Neighbourhood;

	constructor(engine: Engine, around: Surroundings) {
		this.#engine = engine;
		this.#around = around;
		this.kernels = new Kernels(around.kernel, around.files, around.compiler?.tree);
		this.#neighbourhood = new Neighbourhood(around.files);
	}

	/** @param use called once; what it is given is of no use afterwards */
	async examine<T>(named: Named, text: string, use: (file: Examined) => Promise<T> | T): Promise<T> {
		const { cwd, configured, definitions, compiler } = this.#around;
		const configuration = await configured.of(named.absolute);
		const { kernel, file, standIns } = configuration;
		const said = kernel !== undefined && file !== undefined ? { kernel, file } : undefined;
		const judged = await this.kernels.of(named.absolute, named.path, said);
		const opened = this.#engine.open();
		const isModule = judged.tree === undefined && (await this.#neighbourhood.isModule(named.absolute));
		const asked = {
			path: judged.path,
			kernel: judged.kernel,
			severities: configured.severities(configuration),
			standIns,
			isModule,
			...(compiler && { macros: compiler.macros }),
		};
		try {
			const neighbours = await this.#neighbourhood.of(
				named.absolute,
				(other) => pathOf(judged, other, cwd),
				(found) => opened.needs(text, { ...asked, neighbours: found }),
				definitions,
				judged.tree === undefined,
			);
			return await use({
				judged,
				analyse: (text, fixes) => opened.analyse(text, { ...asked, fixes, neighbours }),
				paths: (text, findings) =>
					new Map(findings.map((one) => [one, opened.pathsOf(text, { ...asked, neighbours }, one)])),
				offers: () => opened.offers(text, { ...asked, neighbours }),
				drafts: () => opened.drafts(text, { ...asked, neighbours }),
				objections: (claims, files) => opened.objections(text, { ...asked, neighbours }, claims, files),
				fileOf: (path) => neighbours.find((neighbour) => neighbour.path === path)?.file,
				elsewhere: (place) => elsewhereOf(neighbours, place, cwd, named.shown),
			});
		} finally {
			close(opened);
		}
	}
}

/** From the top of the tree; of a module outside of any, its include/ is not that of the kernel. */
function pathOf({ tree }: Judged, file: string, cwd: string): string {
	if (tree) return tree.relative(file);
	const path = fromFolder(cwd, file);
	return isInCore(path) ? `./${path}` : path;
}

function elsewhereOf(neighbours: readonly SiblingSource[], { path }: Place, cwd: string, like: string): Elsewhere {
	const beside = neighbours.find((neighbour) => neighbour.path === path);
	if (!beside) return { path, shown: path, text: '' };
	const fromHere = fromFolder(cwd, beside.file);
	return { path: fromHere, shown: isAbsolute(like) ? beside.file : fromHere, text: beside.text };
}

/** After a failure the trees may be in doubt: freeing them must not hide it. */
function close(opened: OpenFile): void {
	try {
		opened.dispose();
	} catch {
		// the failure itself is told
	}
}
