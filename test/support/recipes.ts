/** What tests of recipes need: the recipes of a page, gup-lens on the PATH, a repository to run them in. */
import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratch } from './scratch.js';

const root = join(import.meta.dirname, '..', '..');

/** The blocks of a page by the words behind their fence. */
export function recipesOf(page: string): (words: string) => string {
	const text = readFileSync(join(root, page), 'utf8');
	return (words) => {
		const [, block] = new RegExp(`^\`\`\`${words}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(text) ?? [];
		if (block === undefined) throw new Error(`no block "${words}" in ${page}`);
		return block;
	};
}

/** A folder for the PATH with gup-lens. */
export function programs(): string {
	const bin = scratch({
		'gup-lens': `#!/bin/sh\nexec "${process.execPath}" "${join(root, 'scripts/run.mjs')}" "${join(root, 'server/src/cli.ts')}" "$@"\n`,
	});
	chmodSync(join(bin, 'gup-lens'), 0o755);
	return bin;
}

export const RIGHT = `int teal(unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	unpin_user_page(page);
	return 0;
}
`;

/** The same with the pin released as a reference: pin-put-page in line 7. */
export const WRONG = RIGHT.replace('unpin_user_page(', 'put_page(');

/** A repository with a commit for each text. */
export function repository(bin: string, ...texts: readonly string[]) {
	const cwd = scratch();
	const env = {
		...process.env,
		PATH: `${bin}:${process.env.PATH}`,
		GIT_CONFIG_GLOBAL: '/dev/null',
		...{ HOME: cwd, XDG_DATA_HOME: cwd, XDG_CACHE_HOME: cwd },
		...{ GIT_AUTHOR_NAME: 'A Teal', GIT_AUTHOR_EMAIL: 'teal@example.org' },
		...{ GIT_COMMITTER_NAME: 'A Teal', GIT_COMMITTER_EMAIL: 'teal@example.org' },
	};
	const git = (...argv: string[]) => execFileSync('git', argv, { cwd, env, stdio: 'pipe', encoding: 'utf8' });
	git('init', '-q');
	for (const [i, text] of texts.entries()) {
		writeFileSync(join(cwd, 'teal.c'), text);
		git('add', 'teal.c');
		git('commit', '-qm', `teal: step ${i}`);
	}
	return { cwd, env, git };
}
