import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
	chmodSync,
	chownSync,
	closeSync,
	existsSync,
	lstatSync,
	mkdirSync,
	openSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { uninterrupted, writeAtomically } from '../../server/src/workspace/atomic.js';
import { destination, put } from '../../server/src/workspace/output.js';
import { Refusal } from '../../server/src/workspace/replace.js';
import { scratch } from '../support/scratch.js';

const isRoot = process.getuid?.() === 0;

/** Writes below a folder, as `-o` does. */
async function write(name: string, cwd: string, content = 'new'): Promise<boolean> {
	const to = destination(name, cwd);
	if (to.kind === 'descriptor') throw new Error(`${name} is descriptor ${to.number}`);
	return put(to, content);
}

function modeOf(path: string): number {
	return statSync(path).mode & 0o7777;
}

describe('a regular file', () => {
	test.each([0o600, 0o640, 0o755, 0o4711])('of mode %o keeps it, and is another file afterwards', async (mode) => {
		const cwd = scratch({ 'a.json': 'old' });
		const path = join(cwd, 'a.json');
		chmodSync(path, mode);
		const reader = openSync(path, 'r');
		onTestFinished(() => closeSync(reader));
		await write('a.json', cwd);
		expect(modeOf(path)).toBe(mode);
		expect(readFileSync(path, 'utf8')).toBe('new');
		expect(readFileSync(reader, 'utf8'), 'who reads the old one reads all of it').toBe('old');
		expect(readdirSync(cwd)).toEqual(['a.json']);
	});

	test.skipIf(!isRoot)('keeps its owner, where root writes it', async () => {
		const cwd = scratch({ 'a.json': 'old' });
		chownSync(join(cwd, 'a.json'), 65534, 65534);
		await write('a.json', cwd);
		expect(statSync(join(cwd, 'a.json'))).toMatchObject({ uid: 65534, gid: 65534 });
	});

	test.each([0o022, 0o077, 0o002])('that is new has the mode of any new file under the umask %o', async (mask) => {
		const cwd = scratch();
		const before = process.umask(mask);
		onTestFinished(() => void process.umask(before));
		await write('a.json', cwd);
		expect(modeOf(join(cwd, 'a.json'))).toBe(0o666 & ~mask);
	});

	test('may have the longest of names', async () => {
		const cwd = scratch();
		const name = `${'n'.repeat(250)}.json`;
		await write(name, cwd);
		expect(readdirSync(cwd)).toEqual([name]);
	});

	test('is as it was, with nothing beside it, where writing fails at its end', () => {
		const cwd = scratch({ 'a.json': 'old' });
		const fail = () =>
			writeAtomically(join(cwd, 'a.json'), 'new', {
				check() {
					throw new Refusal('no');
				},
			});
		expect(fail).toThrow(Refusal);
		expect(readFileSync(join(cwd, 'a.json'), 'utf8')).toBe('old');
		expect(readdirSync(cwd)).toEqual(['a.json']);
	});
});

describe('a symbolic link', () => {
	test('stays, in a chain too, and what it leads to is replaced', async () => {
		const cwd = scratch({ 'far/real.json': 'old', 'near/x': '' });
		chmodSync(join(cwd, 'far/real.json'), 0o600);
		symlinkSync('../far/real.json', join(cwd, 'near/second'));
		symlinkSync('near/second', join(cwd, 'first'));
		await write('first', cwd);
		expect(readlinkSync(join(cwd, 'first'))).toBe('near/second');
		expect(readlinkSync(join(cwd, 'near/second'))).toBe('../far/real.json');
		expect(readFileSync(join(cwd, 'far/real.json'), 'utf8')).toBe('new');
		expect(modeOf(join(cwd, 'far/real.json'))).toBe(0o600);
		expect(readdirSync(join(cwd, 'far'))).toEqual(['real.json']);
	});

	test('that leads to nothing yet is followed there', async () => {
		const cwd = scratch({ 'far/x': '' });
		symlinkSync('far/new.json', join(cwd, 'link'));
		await write('link', cwd);
		expect(lstatSync(join(cwd, 'link')).isSymbolicLink()).toBe(true);
		expect(readFileSync(join(cwd, 'far/new.json'), 'utf8')).toBe('new');
	});

	test('to a folder is passed through as the system does: ".." is above what it leads to', async () => {
		const cwd = scratch({ 'far/away/x': '' });
		symlinkSync('far/away', join(cwd, 'link'));
		await write('link/../a.json', cwd);
		await write('link/b.json', cwd);
		expect(existsSync(join(cwd, 'far/a.json'))).toBe(true);
		expect(existsSync(join(cwd, 'far/away/b.json'))).toBe(true);
	});

	test.each([
		['loop', 'loop', /circular symbolic link/],
		['nowhere', 'no/such/a.json', /no such folder: .*\/no\/such/],
		['folder', '.', /is a folder/],
	])('that leads %s is refused', async (name, target, words) => {
		const cwd = scratch();
		symlinkSync(target, join(cwd, name));
		expect(() => destination(name, cwd)).toThrow(words);
		expect(readdirSync(cwd)).toEqual([name]);
	});
});

test.each([
	['no/a.json', /not written: no such folder: .*\/no$/],
	['no/', /not written: no such folder/],
	['a.txt/b.json', /not written: (?:not a folder: .*\/a\.txt|no such file or folder)/],
	['a.txt/', /not written: no such file or folder/],
	['.', /not written: is a folder/],
	[`${'n'.repeat(256)}`, /not written: name too long/],
])('%s is refused before anything is done, and nothing comes to be', (name, words) => {
	const cwd = scratch({ 'a.txt': 'text' });
	expect(() => destination(name, cwd)).toThrow(words);
	expect(readdirSync(cwd)).toEqual(['a.txt']);
	expect(readFileSync(join(cwd, 'a.txt'), 'utf8')).toBe('text');
});

describe('a pipe', () => {
	function pipe(): { readonly cwd: string; readonly path: string } {
		const cwd = scratch();
		expect(spawnSync('mkfifo', [join(cwd, 'pipe')]).status).toBe(0);
		return { cwd, path: join(cwd, 'pipe') };
	}

	test('is written to, waits for its reader, and stays a pipe', async () => {
		const { cwd, path } = pipe();
		const content = 'x'.repeat(1_000_000);
		const written = write('pipe', cwd, content);
		const reader = spawn('wc', ['-c', path]);
		const [counted] = await once(reader.stdout, 'data');
		expect(await written).toBe(true);
		expect(String(counted)).toMatch(/^1000000 /);
		expect(lstatSync(path).isFIFO()).toBe(true);
		expect(readdirSync(cwd)).toEqual(['pipe']);
	});

	test('whose reader goes away ends the output', async () => {
		const { cwd, path } = pipe();
		spawn('head', ['-c', '10', path], { stdio: 'ignore' });
		expect(await write('pipe', cwd, 'x'.repeat(1_000_000))).toBe(false);
	});

	test('behind a link is one too', async () => {
		const { cwd, path } = pipe();
		symlinkSync('pipe', join(cwd, 'link'));
		const written = write('link', cwd);
		const [read] = await once(spawn('cat', [path]).stdout, 'data');
		expect(String(read)).toBe('new');
		expect(await written).toBe(true);
	});
});

describe.skipIf(process.platform !== 'linux')('a device', () => {
	test('takes what is written, and stays a device', async () => {
		expect(await write('/dev/null', '/')).toBe(true);
		await expect(write('/dev/full', '/')).rejects.toThrow('not written: no space left');
		for (const device of ['/dev/null', '/dev/full']) expect(statSync(device).isCharacterDevice()).toBe(true);
	});

	test('that is our own standard output or error is told as such, by any of its names', () => {
		const cwd = scratch();
		symlinkSync('/dev/stdout', join(cwd, 'out'));
		for (const name of ['/dev/stdout', '/dev/fd/1', '/proc/self/fd/1', join(cwd, 'out')])
			expect(destination(name, '/')).toEqual({ kind: 'descriptor', number: 1 });
		expect(destination('/dev/stderr', '/')).toEqual({ kind: 'descriptor', number: 2 });
	});

	test('that nobody serves is refused', async () => {
		const cwd = scratch();
		const made = 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])';
		expect(spawnSync('python3', ['-c', made, join(cwd, 'socket')]).status).toBe(0);
		await expect(write('socket', cwd)).rejects.toThrow('not written: no such device or address');
		expect(lstatSync(join(cwd, 'socket')).isSocket()).toBe(true);
	});

	test('a file that is open under a number is written to where it lies, also without a name', async () => {
		const cwd = scratch({ 'a.txt': 'a long old text' });
		const file = openSync(join(cwd, 'a.txt'), 'r+');
		onTestFinished(() => closeSync(file));
		const before = statSync(join(cwd, 'a.txt')).ino;
		expect(await write(`/dev/fd/${file}`, '/')).toBe(true);
		expect(readFileSync(join(cwd, 'a.txt'), 'utf8')).toBe('new');
		expect(statSync(join(cwd, 'a.txt')).ino).toBe(before);
	});
});

test('a signal while a file is written is heard when it is written', async () => {
	const cwd = scratch();
	const heard: string[] = [];
	const hear = () => heard.push(readdirSync(cwd).join());
	process.on('SIGTERM', hear);
	onTestFinished(() => void process.removeListener('SIGTERM', hear));
	await uninterrupted(() => {
		writeFileSync(join(cwd, 'part'), '');
		process.kill(process.pid, 'SIGTERM');
		mkdirSync(join(cwd, 'whole'));
	});
	await new Promise((next) => setTimeout(next, 50));
	// Once as it came, and once more for those who would have ended the program by it.
	expect(heard).toEqual(['part,whole', 'part,whole']);
	expect(process.listenerCount('SIGTERM')).toBe(1);
});
