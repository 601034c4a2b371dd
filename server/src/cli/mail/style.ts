/** How the last commits to a file begin their subjects. */
import { dirname, relative, resolve } from 'node:path';
import { type SubjectStyle, subjectStyle } from '../../kernel/subjects.js';
import { realpath } from '../../programs/find.js';
import { Git, GitError } from '../../programs/git.js';

/** Commits that are asked for. */
const LAST = 30;
/** Subjects that are too few to tell what is usual. */
const FEW = 3;
/** UTF-16 units of a subject in which its prefix is looked for. */
const READ = 100;
/** Columns of a prefix that leave room for a summary. */
const LONGEST = 36;

/** "KVM: PPC: Book3S HV: ": a part of several words only where they look like a name. */
const PREFIX = /^((?:\[?[\w/.,+-]+\]?(?: [A-Z\d][\w.+-]*){0,2}: )+)(\S)/;

/** Not of the file, but of what was done to the whole tree. */
const ELSEWHERE = /^(?:treewide|tree-wide|Revert|Merge|fixup!|squash!|mm\/gup)\b/;

/** What most subjects begin with; undefined where none is usual. */
export function usualStyle(subjects: readonly string[]): SubjectStyle | undefined {
	const counts = new Map<string, { times: number; capitals: number }>();
	for (const subject of subjects) {
		const [, written = '', first = ''] = ELSEWHERE.test(subject) ? [] : (PREFIX.exec(subject.slice(0, READ)) ?? []);
		const prefix = written.slice(0, -2);
		if (prefix === '' || prefix.length > LONGEST) continue;
		const { times, capitals } = counts.get(prefix) ?? { times: 0, capitals: 0 };
		counts.set(prefix, { times: times + 1, capitals: capitals + (/[A-Z]/.test(first) ? 1 : 0) });
	}
	const [best] = [...counts].sort(([, a], [, b]) => b.times - a.times);
	return best && { prefix: best[0], capital: best[1].capitals * 2 > best[1].times };
}

/** Tells styles of files, each asked once. */
export class Styles {
	readonly #known = new Map<string, Promise<SubjectStyle>>();

	/**
	 * @param root folder of the tree, absolute
	 * @param path of the file, from there
	 */
	of(root: string, path: string): Promise<SubjectStyle> {
		const key = `${root}\n${path}`;
		const known = this.#known.get(key) ?? styleOf(root, path);
		this.#known.set(key, known);
		return known;
	}
}

/** The style of the history where git tells one, else what is known of the subsystem. */
async function styleOf(root: string, path: string): Promise<SubjectStyle> {
	const own = await subjects(root, path);
	// of a young file: what its folder does
	const around = own.length < FEW && path.includes('/') ? await subjects(root, dirname(path)) : [];
	return usualStyle(own) ?? usualStyle(around) ?? subjectStyle(path);
}

/** Subjects of the last commits to a file or folder; none where git does not tell. */
async function subjects(root: string, path: string): Promise<string[]> {
	const log = ['log', '-n', String(LAST), '--no-merges', '--no-show-signature', '--no-mailmap', '--format=%s', '--'];
	try {
		const git = await Git.around(root);
		const said = await git.run([...log, relative(git.top, resolve(realpath(root), path))]);
		return said.split('\n').filter((subject) => subject !== '');
	} catch (error) {
		if (error instanceof GitError) return [];
		throw error;
	}
}
