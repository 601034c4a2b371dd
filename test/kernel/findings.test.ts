import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kernelTree, TREE_NAMES, type TreeName, treeVersion } from '../../scripts/trees.js';
import { analyse, corpus, named } from './corpus.js';

const known = new Map<TreeName, Promise<readonly string[]>>();

/** Every finding in a tree, as "path function severity rule"; iov_iter sites also with their tags. Worked out once. */
function findings(tree: TreeName): Promise<readonly string[]> {
	const found = known.get(tree) ?? analysed(tree);
	known.set(tree, found);
	return found;
}

async function analysed(tree: TreeName): Promise<string[]> {
	const { files, kernel } = await corpus(tree);
	return files.flatMap((file) =>
		analyse(file, kernel).findings.map((f) => [file.path, f.function, f.severity, f.rule, ...f.tags].join(' ')),
	);
}

interface Judged {
	readonly finding: string;
	readonly verdict: string;
}

/** Rows of the triage page: every finding was read in the source and judged there. */
function triage(tree: TreeName): Judged[] {
	const page = readFileSync(join(import.meta.dirname, `triage-${tree}.md`), 'utf8');
	return page
		.split('\n')
		.map((line) => /^\| `([^`]+)` \| (true|false|uncertain) \| \S/.exec(line))
		.flatMap((row) => (row ? [{ finding: row[1] as string, verdict: row[2] as string }] : []));
}

/** Rules that find what a list of names would find as well. */
const LISTED = / (?:iov-iter-get-pages|foll-get-for-dma|foll-get-for-write|foll-get-redundant)(?: |$)/;

/** The page is about this very version; those of Debian stable keep their findings with every update. */
function isJudged(tree: TreeName): boolean {
	if (tree !== 'newest') return true;
	const page = readFileSync(join(import.meta.dirname, 'triage-newest.md'), 'utf8');
	return page.includes(`# Findings in Linux ${treeVersion(kernelTree(tree) as string)},`);
}

/** Without severity and tags, which a change beside the finding may change. */
const place = (finding: string): string => {
	const [path, fn, , rule] = finding.split(' ');
	return `${path} ${fn} ${rule}`;
};

describe.each(TREE_NAMES)('findings in the kernel %s', (tree) => {
	it.skipIf(!kernelTree(tree))(
		named('are those of the triage page, no more and no fewer', tree),
		async () => {
			const judged = triage(tree).map(({ finding }) => finding);
			const found = await findings(tree);
			if (isJudged(tree)) {
				expect(found.toSorted()).toEqual(judged.sort());
				return;
			}
			// a kernel that nobody has read yet: most of it is what was judged, and the rest is listed
			const read = new Set(judged.map(place));
			const unread = found.filter((finding) => !read.has(place(finding)));
			for (const finding of unread) console.warn(`new, not judged yet: ${finding}`);
			expect(found.length - unread.length).toBeGreaterThan(judged.length / 2);
			expect(unread.length).toBeLessThan(judged.length / 2);
		},
		240_000,
	);

	/** What is found today, as it was judged; what nobody has judged is left out. */
	const judgedNow = async () => {
		const verdicts = new Map(triage(tree).map(({ finding, verdict }) => [place(finding), verdict]));
		return (await findings(tree)).map((finding) => ({ finding, verdict: verdicts.get(place(finding)) }));
	};

	it.skipIf(!kernelTree(tree))('are true: no false error or warning, at most one false information', async () => {
		const wrong = (await judgedNow()).filter(({ verdict }) => verdict === 'false');
		expect(wrong.filter(({ finding }) => / (?:error|warning) /.test(finding))).toEqual([]);
		expect(wrong.length).toBeLessThanOrEqual(1);
	});

	it.skipIf(!kernelTree(tree))(
		'are worth a look: at least twelve true ones that no list of names would give',
		async () => {
			const found = (await judgedNow()).filter(({ finding, verdict }) => verdict === 'true' && !LISTED.test(finding));
			expect(found.length).toBeGreaterThanOrEqual(12);
		},
	);
});
