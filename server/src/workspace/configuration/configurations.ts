/** The configuration file of each file: the nearest one upwards, never above its work tree or workspace. */
import type { Severity } from '../../rules/rule.js';
import { join, parent, relative } from '../paths.js';
import { isMatched } from './glob.js';
import { CONFIGURATION } from './name.js';
import { NOTHING_SAID, type Problem, parseConfiguration, type Settled } from './parse.js';

/** How configuration files are read. Paths or URIs. */
export interface ConfigurationFiles {
	/**
	 * @param top folder that the file must not leave, also not by a link
	 * @returns the text, or why there is none; undefined where there is no such file
	 */
	read(file: string, top: string): Promise<{ readonly text: string } | { readonly problem: string } | undefined>;
	/** The folder is the top of a work tree of git or of a kernel tree. */
	isTop(folder: string): Promise<boolean>;
}

/** What holds for a file. */
export interface Configuration extends Omit<Settled, 'exclude'> {
	/** The file that says so; undefined where there is none. */
	readonly file: string | undefined;
	/** Names what it says; "" where it says nothing. */
	readonly key: string;
	/** Nothing is to be said of the file. */
	excludes(path: string): boolean;
}

export const UNCONFIGURED: Configuration = { ...NOTHING_SAID, file: undefined, key: '', excludes: () => false };

interface Surroundings {
	readonly files: ConfigurationFiles;
	/**
	 * Folder of the workspace that a file lies in.
	 * @returns always: no file above it counts, whatever else is the top
	 */
	workspaceOf(path: string): { readonly folder: string; readonly always: boolean } | undefined;
	/** Called once with each file that is in use, also where nothing is wrong with it. */
	told(file: string, problems: readonly Problem[]): void;
}

export class Configurations {
	readonly #around: Surroundings;
	/** By folder: of the files in it. */
	readonly #folders = new Map<string, Promise<Configuration>>();
	/** By folder: it ends the search. */
	readonly #tops = new Map<string, Promise<boolean>>();
	/** By path of the configuration file. */
	readonly #files = new Map<string, Promise<Configuration | undefined>>();

	constructor(around: Surroundings) {
		this.#around = around;
	}

	/** @param path of a file, or of a folder when `folder` is true */
	of(path: string, folder = false): Promise<Configuration> {
		const start = folder ? path : parent(path);
		if (start === undefined) return Promise.resolve(UNCONFIGURED);
		let found = this.#folders.get(start);
		if (!found) {
			found = this.#nearest(start);
			this.#folders.set(start, found);
		}
		return found;
	}

	/** Files changed: each is read anew. */
	clear(): void {
		this.#folders.clear();
		this.#tops.clear();
		this.#files.clear();
	}

	async #nearest(start: string): Promise<Configuration> {
		const folders = await this.#upTo(start);
		const top = folders.at(-1) ?? start;
		for (const folder of folders) {
			const found = await this.#at(folder, top);
			if (found) return found;
		}
		return UNCONFIGURED;
	}

	/** The folders to look in, the nearest first. */
	async #upTo(start: string): Promise<readonly string[]> {
		const workspace = this.#around.workspaceOf(join(start, CONFIGURATION));
		const folders: string[] = [];
		for (let at: string | undefined = start; at !== undefined; at = parent(at)) {
			folders.push(at);
			if ((workspace?.always && at === workspace.folder) || (await this.#isTop(at))) return folders;
		}
		const end = workspace ? folders.indexOf(workspace.folder) : 0;
		return folders.slice(0, Math.max(end, 0) + 1);
	}

	#isTop(folder: string): Promise<boolean> {
		let answer = this.#tops.get(folder);
		if (!answer) {
			answer = this.#around.files.isTop(folder);
			this.#tops.set(folder, answer);
		}
		return answer;
	}

	#at(folder: string, top: string): Promise<Configuration | undefined> {
		const file = join(folder, CONFIGURATION);
		let found = this.#files.get(file);
		if (!found) {
			found = this.#read(file, folder, top);
			this.#files.set(file, found);
		}
		return found;
	}

	async #read(file: string, folder: string, top: string): Promise<Configuration | undefined> {
		const read = await this.#around.files.read(file, top);
		if (!read) return undefined;
		if ('problem' in read) {
			this.#around.told(file, [{ severity: 'error', message: read.problem, start: 0, end: 0, line: 1, column: 1 }]);
			return { ...UNCONFIGURED, file };
		}
		const { exclude, problems, ...said } = parseConfiguration(read.text);
		this.#around.told(file, problems);
		const excludes = (path: string): boolean => {
			const inside = exclude.length === 0 ? undefined : relative(folder, path);
			return inside !== undefined && isMatched(exclude, inside);
		};
		const isEmpty = said.standIns.length + Object.keys(said.severities).length === 0 && said.kernel === undefined;
		return { ...said, file, key: isEmpty ? '' : JSON.stringify(said), excludes };
	}
}

/**
 * Severities of rules: what somebody chose for this run or this editor, else what the file says.
 * @param wanted rules that were asked for by name: the file does not turn them off
 */
export function severitiesFor(
	{ severities }: Pick<Configuration, 'severities'>,
	chosen: Readonly<Record<string, Severity | 'off'>>,
	wanted: readonly string[] = [],
): Readonly<Record<string, Severity | 'off'>> {
	const said = Object.entries(severities).filter(([id, severity]) => severity !== 'off' || !wanted.includes(id));
	return said.length === 0 ? chosen : { ...Object.fromEntries(said), ...chosen };
}
