import { resolve } from 'node:path';
import type { Severity } from '../rules/rule.js';
import { slashed } from '../workspace/collect.js';
import { type Configuration, Configurations, severitiesFor } from '../workspace/configuration/configurations.js';
import { diskConfigurations } from '../workspace/configuration/disk.js';
import type { Problem } from '../workspace/configuration/parse.js';
import { relative } from '../workspace/paths.js';
import type { Io } from './io.js';
import { folderName, tell } from './stderr.js';

/** What the command line chose; it counts more than a configuration file. */
interface Chosen {
	readonly severities: Readonly<Record<string, Severity | 'off'>>;
	/** Rules that were asked for by name. */
	readonly rules?: readonly string[];
}

/** The configuration files of one run: each is told once, with what is wrong in it. */
export class Configured {
	readonly #io: Io;
	readonly #chosen: Chosen;
	readonly #configurations: Configurations;
	readonly #told = new Set<string>();
	#isBroken = false;

	/** @param paths that were named: outside of the working directory each is a workspace of its own */
	constructor(io: Io, paths: readonly string[], chosen: Chosen = { severities: {} }) {
		const folders = [io.cwd, ...paths.map((path) => resolve(io.cwd, path))].map(slashed);
		this.#io = io;
		this.#chosen = chosen;
		this.#configurations = new Configurations({
			files: diskConfigurations,
			workspaceOf: (path) => {
				const folder = folders.find((one) => relative(one, path) !== undefined);
				return folder === undefined ? undefined : { folder, always: false };
			},
			told: (file, problems) => this.#tell(file, problems),
		});
	}

	/** Something in them could not be used. */
	get isBroken(): boolean {
		return this.#isBroken;
	}

	/** As the user would type them. */
	get files(): readonly string[] {
		return [...this.#told];
	}

	/** @param path absolute, with "/" */
	of(path: string): Promise<Configuration> {
		return this.#configurations.of(path);
	}

	/** As the user would type it. */
	named({ file = '' }: Configuration): string {
		return folderName(file, this.#io.cwd);
	}

	severities(configuration: Configuration): Readonly<Record<string, Severity | 'off'>> {
		return severitiesFor(configuration, this.#chosen.severities, this.#chosen.rules);
	}

	#tell(file: string, problems: readonly Problem[]): void {
		const shown = folderName(file, this.#io.cwd);
		if (this.#told.has(shown)) return;
		this.#told.add(shown);
		for (const { line, column, severity, message } of problems)
			tell(this.#io, `${shown}:${line}:${column}: ${severity}: ${message}`);
		if (problems.some(({ severity }) => severity === 'error')) this.#isBroken = true;
	}
}
