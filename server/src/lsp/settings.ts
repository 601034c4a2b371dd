import { type Connection, DidChangeConfigurationNotification } from 'vscode-languageserver';
import { beyondTable, parseVersion } from '../kernel/releases.js';
import { type RuleMeta, SEVERITIES, type Severity } from '../rules/rule.js';
import { type ClientCapabilities, isRecord } from './client.js';
import type { Log } from './log.js';

/** Section of the settings, and first word of every method of our own. */
export const SECTION = 'gup-lens';

/** The settings of one resource. */
export interface Settings {
	/** Kernel version for files outside a tree, "6.12", or the folder of its headers, as a path; undefined: the newest known. */
	readonly kernel: string | undefined;
	/** Rule id -> severity or "off", where it differs from the rule's own. */
	readonly severities: Readonly<Record<string, Severity | 'off'>>;
	/** A line above each call that takes pages, of who gives them back. */
	readonly codeLens: boolean;
}

const CHOICES: ReadonlySet<unknown> = new Set([...SEVERITIES, 'off']);
const KERNEL = /^\d+\.\d+(\.\d+)?$/;
/** An absolute path. */
const FOLDER = /^(?:\/|[A-Za-z]:[\\/])/;

/**
 * Reads the `gup-lens` section as a client sends it; what is not understood is left out and named.
 * @param rules ids that exist
 * @param complain called with one sentence for every value that is not understood
 */
export function readSettings(raw: unknown, rules: ReadonlySet<string>, complain: (message: string) => void): Settings {
	const section = isRecord(raw) ? raw : {};
	const severities: Record<string, Severity | 'off'> = {};
	for (const [rule, severity] of Object.entries(isRecord(section.severity) ? section.severity : {})) {
		if (!rules.has(rule)) complain(`${SECTION}.severity names "${rule}", which is no rule`);
		else if (!CHOICES.has(severity)) complain(`${SECTION}.severity of ${rule} is ${JSON.stringify(severity)}`);
		else severities[rule] = severity as Severity | 'off';
	}
	const lens = isRecord(section.codeLens) ? section.codeLens.enable : undefined;
	if (lens !== undefined && lens !== null && typeof lens !== 'boolean')
		complain(`${SECTION}.codeLens.enable is ${JSON.stringify(lens)}, not true or false`);
	const kernel = section.kernel;
	const unset = kernel === undefined || kernel === null || kernel === '' || kernel === 'auto';
	const version = typeof kernel === 'string' && KERNEL.test(kernel) ? kernel : undefined;
	const folder = typeof kernel === 'string' && FOLDER.test(kernel) ? kernel : undefined;
	const parsed = version === undefined ? undefined : parseVersion(version);
	if (!unset && !parsed && !folder)
		complain(
			`${SECTION}.kernel is ${JSON.stringify(kernel)}, not a version such as "6.12", nor the absolute path of a folder`,
		);
	const beyond = parsed && beyondTable(parsed.release);
	if (beyond)
		complain(
			`${SECTION}.kernel is ${JSON.stringify(kernel)}, ${beyond}; findings that depend on it are reported as information`,
		);
	return { kernel: folder ?? (parsed && version), severities, codeLens: lens === true };
}

/** The settings of each resource: asked from the client where it answers, else as it last told them. */
export class SettingsStore {
	readonly #connection: Connection;
	readonly #client: ClientCapabilities;
	readonly #log: Log;
	readonly #rules: ReadonlySet<string>;
	readonly #scoped = new Map<string, Promise<Settings>>();
	#told: unknown;

	/** @param initial settings given in `initializationOptions` */
	constructor(
		connection: Connection,
		client: ClientCapabilities,
		log: Log,
		rules: readonly RuleMeta[],
		initial: unknown,
	) {
		this.#connection = connection;
		this.#client = client;
		this.#log = log;
		this.#rules = new Set(rules.map(({ id }) => id));
		this.#told = initial;
	}

	/** Ask to be told of changes; after `initialized`. */
	async register(): Promise<void> {
		if (!this.#client.registersConfiguration) return;
		await this.#connection.client.register(DidChangeConfigurationNotification.type, { section: SECTION });
	}

	of(uri: string): Promise<Settings> {
		const known = this.#scoped.get(uri);
		if (known) return known;
		const asked = this.#ask(uri).then((raw) =>
			readSettings(raw, this.#rules, (message) => this.#log.warnOnce(message)),
		);
		this.#scoped.set(uri, asked);
		return asked;
	}

	/** A resource nobody looks at any more. */
	forget(uri: string): void {
		this.#scoped.delete(uri);
	}

	/** @param settings as `workspace/didChangeConfiguration` carries them; null from clients that want to be asked */
	changed(settings: unknown): void {
		this.#scoped.clear();
		if (isRecord(settings) && SECTION in settings) this.#told = settings[SECTION];
	}

	async #ask(uri: string): Promise<unknown> {
		if (!this.#client.configuration) return this.#told;
		try {
			const answer = await this.#connection.workspace.getConfiguration({ scopeUri: uri, section: SECTION });
			return answer ?? this.#told;
		} catch (error) {
			this.#log.error(`asking for the settings of ${uri}`, error);
			return this.#told;
		}
	}
}
