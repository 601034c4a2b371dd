/** The texts that are written differently. */
import { kernelTree, type TreeName, treeVersion } from '../../scripts/trees.js';
import { excerpts } from '../fuzz/excerpts.js';
import { corpus } from '../kernel/corpus.js';
import { examples, pages, records, type Specimen } from '../support/specimens.js';

/** A comment that speaks to the tool holds for the line below it: there, lines are part of the meaning. */
const SUPPRESSED = /gup-lens:/;

/** Rule pages, records and examples. */
export function ownSpecimens(): Specimen[] {
	return [...pages(), ...records(), ...examples()].filter(({ text }) => !SUPPRESSED.test(text));
}

/** Functions of a kernel that name the family, each cut out with what it uses and what uses it. */
export async function kernelSpecimens(tree: TreeName): Promise<Specimen[]> {
	const root = kernelTree(tree);
	if (!root) return [];
	const { files } = await corpus(tree);
	const kernel = treeVersion(root);
	return files.flatMap(({ path, text }) =>
		excerpts(text, kernel).map((excerpt, i) => ({ name: `${tree}/${path}#${i}`, text: excerpt, path, kernel })),
	);
}
