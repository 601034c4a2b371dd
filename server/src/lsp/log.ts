import type { RemoteConsole } from 'vscode-languageserver';
import { printable } from '../workspace/wording.js';

/** Words to the user's log through `window/logMessage`; what repeats is said once. */
export class Log {
	readonly #console: RemoteConsole;
	readonly #said = new Set<string>();

	constructor(console: RemoteConsole) {
		this.#console = console;
	}

	info(message: string): void {
		this.#console.info(printable(message));
	}

	/** Warn once per text, however often it comes up. */
	warnOnce(message: string): void {
		if (this.#said.has(message)) return;
		this.#said.add(message);
		this.#console.warn(printable(message));
	}

	/** @param doing what was under way, e.g. "analysing file:///x.c" */
	error(doing: string, error: unknown): void {
		const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
		this.#console.error(printable(`${doing}: ${what}`));
	}
}
