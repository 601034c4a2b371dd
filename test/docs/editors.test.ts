/** The configurations of docs/editors.md for editors that no test runs: at least each can be read and starts the server. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { recipesOf } from '../support/recipes.js';

const recipe = recipesOf('docs/editors.md');
const server = ['gup-lens', 'lsp', '--stdio'];

/** The command in a configuration as data. */
const commands: Readonly<Record<string, (settings: ReturnType<typeof JSON.parse>) => unknown>> = {
	zed: ({ lsp }) => [lsp.clangd.binary.path, ...lsp.clangd.binary.arguments],
	sublime: (settings) => settings['gup-lens'].command,
	kate: ({ servers }) => servers.c.command,
};

test.each(Object.entries(commands))('%s', (editor, commandOf) => {
	expect(commandOf(JSON.parse(recipe(`json ${editor}`)))).toEqual(server);
});

test('helix and vim-lsp', () => {
	const [, program, argv] = /^command = (".*")\nargs = (\[.*\])$/m.exec(recipe('toml')) ?? [];
	expect([JSON.parse(program ?? ''), ...JSON.parse(argv ?? '')]).toEqual(server);
	const [, list = ''] = /->(\[.*?\])/.exec(recipe('vim vim-lsp')) ?? [];
	expect(JSON.parse(list.replaceAll("'", '"'))).toEqual(server);
});

test('each editor that no test runs says so', () => {
	const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'editors.md'), 'utf8');
	const [, ...sections] = page.split(/^## /m);
	const untested = sections.filter((section) => section.includes('ntested')).map((section) => section.split('\n')[0]);
	expect(untested).toEqual(['Vim', 'Helix', 'Zed', 'Sublime Text']);
});
