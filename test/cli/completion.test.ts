/** Completion of the command line, asked for in the shells themselves. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scratch } from '../support/scratch.js';
import { cli } from './run.js';

const isMissing = (shell: string) => spawnSync(shell, ['--version']).error !== undefined;

/** What a shell offers for a line. */
async function offered(shell: 'bash' | 'fish', line: string): Promise<string[]> {
	const cwd = scratch({ 'drivers.c': '' });
	const { stdout: script } = await cli(['completion', shell], { cwd });
	const path = join(scratch({ script }), 'script');
	const words = line.split(' ').map((word) => `'${word}'`);
	const program =
		shell === 'fish'
			? `source ${path}; complete -C '${line}'`
			: `source ${path}; COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _gup_lens; printf '%s\\n' "\${COMPREPLY[@]}"`;
	const { stdout, stderr, status } = spawnSync(shell, ['-c', program], { cwd, encoding: 'utf8' });
	expect(stderr).toBe('');
	expect(status).toBe(0);
	return stdout
		.trimEnd()
		.split('\n')
		.map((offer) => offer.split('\t')[0] ?? '');
}

describe.each(['bash', 'fish'] as const)('%s', (shell) => {
	test.skipIf(isMissing(shell)).each([
		['gup-lens ch', ['check'], ['fix']],
		['gup-lens check --sta', ['--staged', '--statistics'], ['--series']],
		['gup-lens check --format ', ['text', 'sarif', 'b4'], ['html']],
		['gup-lens fix --rule foll-get', ['foll-get-for-dma'], ['gup-leak']],
		['gup-lens explain FOLL_LONG', ['FOLL_LONGTERM'], ['FOLL_WRITE']],
		['gup-lens check dri', ['drivers.c'], []],
		['gup-lens completion ', ['bash', 'zsh', 'fish'], []],
	])('%s', async (line, some, none) => {
		const offers = await offered(shell, line);
		expect(offers).toEqual(expect.arrayContaining(some));
		for (const word of none) expect(offers).not.toContain(word);
	});
});

test('zsh takes the script and completes the command with it', async (context) => {
	if (isMissing('zsh')) context.skip('zsh is missing: apt-get install zsh');
	const cwd = scratch();
	const { stdout: script } = await cli(['completion', 'zsh'], { cwd });
	const folder = scratch({ '_gup-lens': script });
	const program = `fpath=(${folder} $fpath); autoload -Uz compinit; compinit -u -d ${cwd}/dump; print $_comps[gup-lens]; zsh -n ${folder}/_gup-lens`;
	const { stdout, stderr } = spawnSync('zsh', ['-fc', program], { cwd, encoding: 'utf8' });
	expect({ stdout, stderr }).toEqual({ stdout: '_gup-lens\n', stderr: '' });
});

test('another shell is refused', async () => {
	expect(await cli(['completion', 'csh'], { cwd: scratch() })).toMatchObject({ code: 2 });
});
