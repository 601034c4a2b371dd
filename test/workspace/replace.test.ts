import { chmodSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Refusal, replaceFile } from '../../server/src/workspace/replace.js';
import { scratch } from '../support/scratch.js';

test('the content changes, the mode stays, nothing else is left behind', async () => {
	const folder = scratch({ 'a.c': 'old' });
	const path = join(folder, 'a.c');
	chmodSync(path, 0o664);
	await replaceFile(path, Buffer.from('old'), Buffer.from('new'));
	expect(readFileSync(path, 'utf8')).toBe('new');
	expect(statSync(path).mode & 0o7777).toBe(0o664);
	expect(readdirSync(folder)).toEqual(['a.c']);
});

test('a symbolic link stays one, and its target changes', async () => {
	const folder = scratch({ 'real.c': 'old' });
	symlinkSync('real.c', join(folder, 'link.c'));
	await replaceFile(join(folder, 'link.c'), Buffer.from('old'), Buffer.from('new'));
	expect(lstatSync(join(folder, 'link.c')).isSymbolicLink()).toBe(true);
	expect(readFileSync(join(folder, 'real.c'), 'utf8')).toBe('new');
});

test('a file that changed meanwhile is left as it is', async () => {
	const folder = scratch({ 'a.c': 'read' });
	const path = join(folder, 'a.c');
	writeFileSync(path, 'written by an editor');
	await expect(replaceFile(path, Buffer.from('read'), Buffer.from('new'))).rejects.toThrow(Refusal);
	expect(readFileSync(path, 'utf8')).toBe('written by an editor');
	expect(readdirSync(folder)).toEqual(['a.c']);
	await expect(replaceFile(join(folder, 'gone.c'), Buffer.from(''), Buffer.from(''))).rejects.toThrow(/no such file/);
});
