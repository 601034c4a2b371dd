import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { scratch } from '../support/scratch.js';

const load = (name: string) =>
	import(pathToFileURL(join(import.meta.dirname, '..', '..', 'scripts', 'testing', name)).href);
const { closingLine, countVitest } = await load('count.mjs');
const { buildFresh, dependenciesFresh } = await load('freshness.mjs');

describe('counting', () => {
	const file = (status: string, ...tests: string[]) => ({
		name: resolve('test/a.test.ts'),
		status,
		message: 'SyntaxError: it',
		assertionResults: tests.map((status, i) => ({
			status,
			fullName: `test ${i}`,
			failureMessages: status === 'failed' ? ['\u001b[31mAssertionError\u001b[39m: 1\n    at a.test.ts'] : [],
		})),
	});

	test('every kind of result has its number', () => {
		const report = {
			testResults: [file('failed', 'passed', 'failed', 'skipped'), file('passed', 'todo', 'pending', 'passed')],
		};
		expect(countVitest(report)).toEqual({
			passed: 2,
			failed: ['test/a.test.ts: test 1: AssertionError: 1'],
			skipped: ['test 2', 'test 1'],
			todo: 1,
		});
	});

	test('a file that could not be loaded has failed', () => {
		expect(countVitest({ testResults: [file('failed'), file('failed', 'passed')] })).toMatchObject({
			passed: 1,
			failed: [
				'test/a.test.ts: could not be loaded: SyntaxError: it',
				'test/a.test.ts: could not be loaded: SyntaxError: it',
			],
		});
	});

	test('the last line', () => {
		expect(closingLine({ passed: 3, failed: [], skipped: ['a'] })).toBe('3 passed, 0 failed, 1 skipped');
	});
});

describe('dependencies', () => {
	const lock = (packages: object) => JSON.stringify({ packages });
	const root = (wanted: object, installed: object | undefined) =>
		scratch({
			'package-lock.json': lock(wanted),
			...(installed && { 'node_modules/.package-lock.json': lock(installed) }),
		});

	test.each([
		['what is wanted is there', { '': {}, a: { version: '1' } }, { a: { version: '1' } }, true],
		['nothing is installed', { '': {}, a: { version: '1' } }, undefined, false],
		['another version is there', { '': {}, a: { version: '2' } }, { a: { version: '1' } }, false],
		['one is missing', { '': {}, a: { version: '1' }, b: { version: '1' } }, { a: { version: '1' } }, false],
		['one for another platform is missing', { '': {}, a: { version: '1', optional: true } }, {}, true],
	])('%s', (_, wanted, installed, fresh) => {
		expect(dependenciesFresh(root(wanted, installed))).toBe(fresh);
	});
});

test('a build is stale when a source is newer than any of its files', () => {
	const root = scratch({ 'server/src/a/b.ts': '', 'client/src/c.ts': '', 'esbuild.mjs': '', 'package-lock.json': '' });
	const at = (path: string, seconds: number) => utimesSync(join(root, path), seconds, seconds);
	expect(buildFresh(root)).toBe(false);
	mkdirSync(join(root, 'dist'));
	writeFileSync(join(root, 'dist/x.js'), '');
	for (const path of ['server/src/a/b.ts', 'client/src/c.ts', 'esbuild.mjs', 'package-lock.json']) at(path, 100);
	at('dist/x.js', 200);
	expect(buildFresh(root)).toBe(true);
	at('server/src/a/b.ts', 300);
	expect(buildFresh(root)).toBe(false);
});
