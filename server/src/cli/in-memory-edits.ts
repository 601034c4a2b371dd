import type { Files } from '../workspace/files.js';
import { leavesFolder, nodeFiles } from '../workspace/nodeFiles.js';
import { readSource } from '../workspace/read.js';
import { Refusal, replaceFile } from '../workspace/replace.js';
import { encode, type SourceText } from '../workspace/text.js';

interface Worked {
	readonly bytes: Buffer;
	readonly source: SourceText;
	text: string;
}

/** Files that are changed in memory, one change after the other, and written at the end. */
export class Workbench implements Files {
	readonly #files = new Map<string, Worked>();

	async read(path: string): Promise<string | undefined> {
		return this.#files.get(path)?.text ?? nodeFiles.read(path);
	}

	list(folder: string): Promise<readonly string[]> {
		return nodeFiles.list(folder);
	}

	/** The text as it is by now. */
	text(path: string): string {
		return this.#worked(path).text;
	}

	/** How the file is written. */
	source(path: string): SourceText {
		return this.#worked(path).source;
	}

	put(path: string, text: string): void {
		this.#worked(path).text = text;
	}

	/** Path, source and present text of each file that has changed. */
	get changes(): readonly { readonly path: string; readonly source: SourceText; readonly text: string }[] {
		return [...this.#files].flatMap(([path, { source, text }]) => (text === source.text ? [] : { path, source, text }));
	}

	/**
	 * @param within nothing outside of this folder is written
	 * @throws Refusal for a file that changed meanwhile, or lies outside
	 */
	async write(within: string | undefined): Promise<void> {
		const outside = within !== undefined && this.changes.find(({ path }) => leavesFolder(within, path));
		if (outside) throw new Refusal(`${outside.path} is outside of the folder served`);
		for (const [path, { bytes, source, text }] of this.#files)
			if (text !== source.text) await replaceFile(path, bytes, encode(text, source));
	}

	#worked(path: string): Worked {
		let worked = this.#files.get(path);
		if (!worked) {
			const read = readSource(path, undefined);
			if (read.kind !== 'text') throw new Refusal(read.kind === 'skipped' ? read.reason : 'cannot be read');
			worked = { bytes: read.bytes, source: read.source, text: read.source.text };
			this.#files.set(path, worked);
		}
		return worked;
	}
}
