/** `check --watch` as a program: what changes at any time is found, and Ctrl+C ends it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { scratch } from '../support/scratch.js';
import { PIN_FLAG, PIN_FLAG_FIXED } from './fixtures.js';
import { cli } from './run.js';

const root = join(import.meta.dirname, '..', '..');

class Watching {
	readonly process: ChildProcess;
	text = '';
	#rounds = 0;

	constructor(cwd: string, ...args: string[]) {
		const program = [join(root, 'scripts/run.mjs'), join(root, 'server/src/cli.ts')];
		const argv = [process.execPath, ...program, 'check', '--watch', '--format', 'terse', ...args];
		// one pipe: what is found and what is told stay in their order
		this.process = spawn('sh', ['-c', 'exec "$@" 2>&1', 'sh', ...argv], { cwd });
		onTestFinished(() => void this.process.kill('SIGKILL'));
		this.process.stdout?.on('data', (chunk) => {
			this.text += chunk;
		});
	}

	/** What is printed until the next check is done. */
	async round(ms = 60_000): Promise<string> {
		const until = Date.now() + ms;
		for (;;) {
			const parts = this.text.split(/watching \d+ folders?; Ctrl\+C ends\n/);
			if (parts.length > this.#rounds + 1) return parts[this.#rounds++] as string;
			if (Date.now() > until || this.process.exitCode !== null) throw new Error(`no round: ${this.text}`);
			await new Promise((done) => setTimeout(done, 20));
		}
	}

	/** Rounds until one prints what matches: a change may be heard twice. */
	async until(expected: RegExp): Promise<string> {
		for (let i = 0; i < 5; i++) {
			const printed = await this.round();
			if (expected.test(printed)) return printed;
		}
		throw new Error(`never ${expected}: ${this.text}`);
	}

	end(): Promise<number | null> {
		const ended = new Promise<number | null>((done) => this.process.once('exit', done));
		this.process.kill('SIGINT');
		return ended;
	}
}

test('what is written, renamed, removed, or comes with a new folder is checked again, until Ctrl+C', async () => {
	const cwd = scratch({ 'a/x.c': PIN_FLAG_FIXED });
	const watching = new Watching(cwd);
	expect(await watching.round()).not.toContain('[foll-pin-from-caller]');
	writeFileSync(join(cwd, 'a/x.c'), PIN_FLAG);
	await watching.until(/a\/x\.c:\d+: ERROR/);
	mkdirSync(join(cwd, 'b/c'), { recursive: true });
	writeFileSync(join(cwd, 'b/c/y.c'), PIN_FLAG);
	await watching.until(/b\/c\/y\.c:\d+: ERROR/);
	// as editors save
	writeFileSync(join(cwd, 'b/c/.y.c.new'), PIN_FLAG_FIXED);
	renameSync(join(cwd, 'b/c/.y.c.new'), join(cwd, 'b/c/y.c'));
	expect(await watching.until(/a\/x\.c:\d+: ERROR(?![\s\S]*y\.c:\d+: ERROR)/)).not.toMatch(/y\.c:\d+: ERROR/);
	writeFileSync(join(cwd, '.gup-lens.json'), '{ "severity": { "foll-pin-from-caller": "information" } }');
	await watching.until(/a\/x\.c:\d+: CHECK/);
	rmSync(join(cwd, 'a'), { recursive: true });
	await watching.until(/^(?![\s\S]*x\.c)/);
	expect(await watching.end()).toBe(0);
}, 120_000);

test('a change during a check is not lost', async () => {
	const files = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`f${i}.c`, PIN_FLAG]));
	const cwd = scratch(files);
	const watching = new Watching(cwd);
	await watching.round();
	// the second comes while the check that the first one begins is under way
	writeFileSync(join(cwd, 'f0.c'), PIN_FLAG_FIXED);
	await new Promise((done) => setTimeout(done, 200));
	writeFileSync(join(cwd, 'f1.c'), PIN_FLAG_FIXED);
	await watching.until(/^(?![\s\S]*\bf[01]\.c:)[\s\S]*f2\.c:/);
	expect(await watching.end()).toBe(0);
}, 120_000);

test('is for what can change', async () => {
	const cwd = scratch({ 'x.c': PIN_FLAG });
	for (const args of [['-'], ['--patch', 'x'], ['--staged'], ['--fix', 'x.c']]) {
		const { code, stderr } = await cli(['check', '--watch', ...args], { cwd });
		expect(code).toBe(2);
		expect(stderr).toContain('--watch is for files and folders, or --diff');
	}
	expect((await cli(['check', '--watch', 'nothing.c'], { cwd })).code).toBe(2);
});
