/** Who converted what, as the history of a repository tells it. */
import { relative } from 'node:path';
import { Git, GitError } from '../programs/git.js';
import { slashed } from '../workspace/collect.js';
import { commitsChanging } from '../workspace/revision.js';
import type { Comparison, Pair, Step } from './compare.js';

/** Commits that are told of one conversion: the last ones that changed such a call in its file. */
const TOLD = 3;

/**
 * The same comparison with the commits of each conversion between two revisions, where git knows them.
 * @param root audited folder, absolute, real
 */
export async function withCommits(comparison: Comparison, root: string): Promise<Comparison> {
	try {
		const git = await Git.around(root);
		const below = slashed(relative(git.top, root));
		const steps: Step[] = [];
		for (const step of comparison.steps) steps.push(await told(step, git, below === '' ? '' : `${below}/`));
		return { ...comparison, steps };
	} catch (error) {
		if (error instanceof GitError) return comparison;
		throw error;
	}
}

async function told(step: Step, git: Git, prefix: string): Promise<Step> {
	const from = revisionOf(step.from.report);
	const to = revisionOf(step.to.report);
	if (from === undefined || to === undefined || step.converted.length === 0) return step;
	const pathsOf = ({ before, after }: Pair) => [...new Set([after.path, before.path])].map((path) => prefix + path);
	const functions = step.converted.flatMap(({ before, after }) => [before.api, after.api]);
	const paths = step.converted.flatMap(pathsOf);
	const commits = await commitsChanging(git, { from, to }, [...new Set(functions)], [...new Set(paths)]);
	const converted = step.converted.map((pair): Pair => {
		const found = pathsOf(pair).flatMap((path) => commits.get(path) ?? []);
		return found.length === 0 ? pair : { ...pair, commits: found.slice(0, TOLD) };
	});
	return { ...step, converted };
}

/** A report may come from a file, with anything in it. */
function revisionOf({ revision }: Step['from']['report']): string | undefined {
	return revision !== undefined && /^[0-9a-f]{7,64}$/.test(revision) ? revision : undefined;
}
