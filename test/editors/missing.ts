import { existsSync } from 'node:fs';
import { codeServer } from '../../scripts/editors/code-server.js';
import { findChromium, findProgram } from '../../scripts/editors/programs.js';
import { vscodeWeb } from '../../scripts/editors/web.js';
import { kernelTree } from '../../scripts/trees.js';

/** Each thing an editor test needs: whether it is there, and how to get it. */
const needs = {
	'code-server': { here: () => codeServer()?.installed ?? false, how: 'npm run editors:code-server' },
	'VS Code for the web': { here: () => vscodeWeb().installed, how: 'npm run editors:web' },
	chromium: { here: () => findChromium() !== undefined, how: 'apt-get install chromium' },
	neovim: { here: () => findProgram('nvim') !== undefined, how: 'apt-get install neovim' },
	emacs: { here: () => findProgram('emacs') !== undefined, how: 'apt-get install emacs-nox elpa-eglot' },
	'Vim with ALE': {
		here: () => findProgram('vim') !== undefined && existsSync('/usr/share/vim-ale/plugin/ale.vim'),
		how: 'apt-get install vim vim-ale',
	},
	kate: { here: () => findProgram('kate') !== undefined, how: 'apt-get install kate' },
	'the 6.12 tree': { here: () => kernelTree('6.12') !== undefined, how: 'npm run trees' },
} as const;

/** Title and condition for `describe.skipIf`: a skipped test says by its name what is missing and how to get it. */
export function requiring(title: string, ...names: readonly (keyof typeof needs)[]): { skip: boolean; title: string } {
	const missing = names.filter((name) => !needs[name].here());
	const hints = missing.map((name) => `${name} is missing: ${needs[name].how}`);
	return { skip: missing.length > 0, title: missing.length > 0 ? `${title} (${hints.join('; ')})` : title };
}
