/** The texts that mutants are made of. */
import { kernelTree, LONG_TERM, type LongTerm } from '../../scripts/trees.js';
import { needles } from '../../server/src/engine.js';
import { collect } from '../../server/src/workspace/collect.js';
import { Prefilter } from '../../server/src/workspace/prefilter.js';
import { readSource } from '../../server/src/workspace/read.js';
import { examples, pages, type Specimen } from '../support/specimens.js';
import { excerpts } from './excerpts.js';

/** Larger files are in it by their excerpts alone. */
const LARGEST_FILE = 40_000;

/** Specimens by kind. */
export interface Corpus {
	/** What ships with the project: nearly all of it has findings. */
	readonly own: readonly Specimen[];
	/** Functions of real files with what is around them. */
	readonly excerpts: readonly Specimen[];
	/** Real files: one costs as much as a hundred excerpts. */
	readonly files: readonly Specimen[];
}

/** What ships with the project alone: the same everywhere. */
export function ownCorpus(): Corpus {
	return { own: [...examples(), ...pages()], excerpts: [], files: [] };
}

/** With what the kernel trees have that are there. */
export async function fullCorpus(): Promise<Corpus> {
	const { own } = ownCorpus();
	const cut: Specimen[] = [];
	const whole: Specimen[] = [];
	for (const tree of LONG_TERM) {
		const folder = kernelTree(tree);
		if (folder) await read(tree, folder, cut, whole);
	}
	return { own, excerpts: cut, files: whole };
}

async function read(tree: LongTerm, folder: string, cut: Specimen[], whole: Specimen[]): Promise<void> {
	const words = new Prefilter(needles);
	for (const { path: file } of (await collect([folder], folder)).files) {
		const read = readSource(file, words);
		if (read.kind !== 'text') continue;
		const { text } = read.source;
		const path = file.slice(folder.length + 1);
		const name = `${tree} ${path}`;
		for (const excerpt of excerpts(text, tree)) cut.push({ name, text: excerpt, path, kernel: tree });
		if (text.length <= LARGEST_FILE) whole.push({ name, text, path, kernel: tree });
	}
}
