/** The configuration files of an audited folder. */
import { realpathSync } from 'node:fs';
import type { Severity } from '../rules/rule.js';
import type { StandIns } from '../syntax/preprocess/stand-ins.js';
import { fromFolder, slashed } from '../workspace/collect.js';
import { type Configuration, Configurations } from '../workspace/configuration/configurations.js';
import { diskConfigurations } from '../workspace/configuration/disk.js';
import type { Problem } from '../workspace/configuration/parse.js';
import { relative } from '../workspace/paths.js';
import { digest } from './cache.js';
import type { AuditSkip } from './report.js';
import type { KernelFacts } from './results.js';

export interface AuditConfiguration {
	/** Folder of a workspace that the audited one lies in; always: no file above it counts. Absolute, with "/". */
	readonly workspace: { readonly folder: string; readonly always: boolean } | undefined;
	/** Of files outside a kernel tree, whatever configuration files say. */
	readonly kernel: string | undefined;
}

/** How the files of a folder are judged: plain data, which travels to a worker. */
export interface JudgedBy {
	/** Names the facts of their kernel, and what else decides. */
	readonly facts: KernelFacts;
	/** For files outside a kernel tree: version, or folder of headers. */
	readonly kernel: string | undefined;
	readonly severities: Readonly<Record<string, Severity | 'off'>>;
	readonly standIns: StandIns;
}

/** The audited folder is known by its real path. */
function real(folder: string): string {
	try {
		return slashed(realpathSync(folder));
	} catch {
		return folder;
	}
}

export class AuditConfigured {
	/** What is wrong and not used, by place. */
	readonly failed: AuditSkip[] = [];
	/** For people: which files are used, and what has no effect. */
	readonly notes: string[] = [];
	readonly #root: string;
	readonly #chosen: AuditConfiguration;
	readonly #configurations: Configurations;

	/** @param root absolute, real, with "/" */
	constructor(root: string, chosen: AuditConfiguration) {
		this.#root = root;
		this.#chosen = chosen;
		const workspace = chosen.workspace && { ...chosen.workspace, folder: real(chosen.workspace.folder) };
		const isIn = workspace && (workspace.folder === root || relative(workspace.folder, root) !== undefined);
		this.#configurations = new Configurations({
			files: diskConfigurations,
			workspaceOf: () => (isIn ? workspace : { folder: root, always: false }),
			told: (file, problems) => this.#tell(file, problems),
		});
	}

	/** @param folder relative to the audited one */
	of(folder: string): Promise<Configuration> {
		return this.#configurations.of(folder === '' ? this.#root : `${this.#root}/${folder}`, true);
	}

	/** The kernel of files outside a tree as it is asked for, and by whom. */
	async kernel(): Promise<{ readonly kernel: string | undefined; readonly by: string }> {
		const { kernel } = this.#chosen;
		if (kernel !== undefined) return { kernel, by: '--kernel' };
		const said = await this.of('');
		return { kernel: said.kernel, by: this.#shown(said.file ?? '') };
	}

	/** Why nothing is said of a file; undefined where something is. @param path relative to the audited folder */
	excluded(configuration: Configuration, path: string): string | undefined {
		return configuration.excludes(`${this.#root}/${path}`)
			? `excluded by ${this.#shown(configuration.file ?? '')}`
			: undefined;
	}

	/** @param facts of the kernel */
	judgedBy(configuration: Configuration, facts: KernelFacts): JudgedBy {
		const { key, severities, standIns } = configuration;
		const kernel = this.#chosen.kernel ?? configuration.kernel;
		const release = key === '' ? facts.release : digest(facts.release, key);
		return { facts: { ...facts, release }, kernel, severities, standIns };
	}

	#tell(file: string, problems: readonly Problem[]): void {
		const shown = this.#shown(file);
		this.notes.push(`configuration from ${shown}`);
		for (const { line, column, severity, message } of problems) {
			const place = `${shown}:${line}:${column}`;
			if (severity === 'error') this.failed.push({ path: place, reason: `error: ${message}` });
			else this.notes.push(`${place}: warning: ${message}`);
		}
	}

	/** Below the audited folder from there, else the whole path. */
	#shown(file: string): string {
		const path = fromFolder(this.#root, file);
		return path.startsWith('../') ? file : path;
	}
}
