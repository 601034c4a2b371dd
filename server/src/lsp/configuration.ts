/** The configuration files of the workspace, with what is wrong in them shown in the files themselves. */
import { type Connection, DiagnosticSeverity } from 'vscode-languageserver';
import {
	type Configuration,
	type ConfigurationFiles,
	Configurations,
} from '../workspace/configuration/configurations.js';
import { CONFIGURATION } from '../workspace/configuration/name.js';
import type { Problem } from '../workspace/configuration/parse.js';
import type { Files } from '../workspace/files.js';
import { readMakefile } from '../workspace/makefile.js';
import { join } from '../workspace/paths.js';
import { sentence } from '../workspace/wording.js';
import type { Folders } from './folders.js';
import { placeRange } from './positions.js';
import { SECTION } from './settings.js';

/** Reads through the client, which follows no links of ours. */
export function configurationsBy(files: Files): ConfigurationFiles {
	return {
		async read(file) {
			const text = await files.read(file);
			return text === undefined ? undefined : { text };
		},
		async isTop(folder) {
			for (const name of ['.git/HEAD', '.git'])
				if ((await files.read(join(folder, name)).catch(() => undefined)) !== undefined) return true;
			const makefile = await files.read(join(folder, 'Makefile'));
			return makefile !== undefined && readMakefile(makefile) !== undefined;
		},
	};
}

export class WorkspaceConfigurations {
	readonly #connection: Connection;
	readonly #configurations: Configurations;
	/** URIs of those with diagnostics. */
	readonly #shown = new Set<string>();

	constructor(connection: Connection, files: ConfigurationFiles, folders: Folders) {
		this.#connection = connection;
		this.#configurations = new Configurations({
			files,
			workspaceOf: (uri) => {
				const folder = folders.around(uri);
				return folder === undefined ? undefined : { folder, always: true };
			},
			told: (file, problems) => this.#show(file, problems),
		});
	}

	/** @param uri of a document */
	of(uri: string): Promise<Configuration> {
		return this.#configurations.of(uri);
	}

	/** Every file is read anew when it is asked for. */
	clear(): void {
		this.#configurations.clear();
	}

	/** @returns true where one of the files that changed is a configuration file */
	async changed(uris: readonly string[]): Promise<boolean> {
		const changed = uris.filter((uri) => uri.endsWith(`/${CONFIGURATION}`));
		if (changed.length === 0) return false;
		this.clear();
		for (const uri of this.#shown) void this.#connection.sendDiagnostics({ uri, diagnostics: [] });
		this.#shown.clear();
		// also where no document asks for it
		await Promise.all(changed.map((uri) => this.of(uri)));
		return true;
	}

	#show(uri: string, problems: readonly Problem[]): void {
		if (problems.length === 0 && !this.#shown.has(uri)) return;
		this.#shown.add(uri);
		const diagnostics = problems.map(({ severity, message, line, column, start, end }) => ({
			range: placeRange({ line, column }, end - start),
			severity: severity === 'error' ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
			source: SECTION,
			message: sentence(message),
		}));
		void this.#connection.sendDiagnostics({ uri, diagnostics });
	}
}
