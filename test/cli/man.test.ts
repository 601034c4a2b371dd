/** The manual page: made of the options that there are, and without a complaint of those who print manuals. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { manualPage } from '../../scripts/manual-page.js';
import { commandLine } from '../../server/src/cli/main.js';

const path = join(import.meta.dirname, '..', '..', 'man', 'gup-lens.1');
const nowhere = { write: () => undefined, colour: false };
const { program } = commandLine({ cwd: '/', stdout: nowhere, stderr: nowhere, stdin: async () => Buffer.alloc(0) });

test('has the options there are: npm run generate', () => {
	const page = readFileSync(path, 'utf8');
	expect(page).toBe(manualPage(program));
	for (const command of program.commands)
		for (const { long } of command.options) expect(page).toContain(`${long}`.replaceAll('-', '\\-'));
});

test('groff has nothing to say of it', (context) => {
	const { error, status, stdout, stderr } = spawnSync('groff', ['-man', '-ww', '-Tutf8', '-z', path], {
		encoding: 'utf8',
	});
	if (error) context.skip('groff is missing: apt-get install groff-base');
	expect(`${stdout}${stderr}`).toBe('');
	expect(status).toBe(0);
});

test('man shows it', (context) => {
	const { error, status, stdout } = spawnSync('man', ['-l', path], {
		encoding: 'utf8',
		env: { ...process.env, MANPAGER: 'cat', MANWIDTH: '100', LC_ALL: 'C.UTF-8' },
	});
	if (error) context.skip('man is missing: apt-get install man-db');
	expect(status).toBe(0);
	const plain = stripVTControlCharacters(stdout.replace(/.[\b]/g, ''));
	expect(plain).toMatch(/^GUP-LENS\(1\)/m);
	expect(plain).toContain('--severity <id=severity>');
	expect(plain).toContain('b4 am -o - MSGID | gup-lens check --patch -');
});
