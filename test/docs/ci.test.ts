/** The action, the job and the image of docs/ci.md: what can run without a runner or a container engine is run. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chownSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { packaged } from '../support/packaged.js';
import { RIGHT, recipesOf, repository, WRONG } from '../support/recipes.js';
import { scratch } from '../support/scratch.js';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const recipe = recipesOf('docs/ci.md');

let home = '';
/** A folder for the PATH with the built gup-lens. */
let bin = '';
beforeAll(() => {
	home = packaged('cli', 'commands');
	bin = join(home, 'bin');
	mkdirSync(bin);
	symlinkSync(join(home, 'dist', 'cli.js'), join(bin, 'gup-lens'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

interface Step {
	readonly id?: string;
	readonly name?: string;
	readonly uses?: string;
	readonly run?: string;
	readonly shell?: string;
	readonly env?: Readonly<Record<string, string>>;
	readonly with?: Readonly<Record<string, string | number>>;
}
interface Action {
	readonly inputs: Readonly<Record<string, { readonly default: string }>>;
	readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}
const action: Action = parse(read('action.yml'));

/** Runs the shell steps as a runner does, until one fails; other actions are not run. */
function runAction(cwd: string, env: Readonly<Record<string, string | undefined>>, inputs: Record<string, string>) {
	const temp = scratch({ output: '', path: '' });
	const outputs: Record<string, string> = {};
	const given: Record<string, string> = {};
	for (const [name, { default: value }] of Object.entries(action.inputs)) given[name] = inputs[name] ?? value;
	const filled = (text: string) =>
		text.replace(
			/\$\{\{ (?:inputs|steps\.check\.outputs)\.([\w-]+) \}\}/g,
			(_, name) => given[name] ?? outputs[name] ?? '',
		);
	const uploads: string[] = [];
	for (const { uses, run = '', shell, env: own = {}, with: more = {}, name } of action.runs.steps) {
		if (uses?.startsWith('github/codeql-action/upload-sarif@')) uploads.push(filled(String(more.sarif_file)));
		if (uses) continue;
		expect(shell).toBe('bash');
		expect(run, 'an input is never part of a script').not.toContain('${{');
		const { status, stdout, stderr } = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', run], {
			cwd,
			env: {
				...env,
				...Object.fromEntries(Object.entries(own).map(([key, value]) => [key, filled(value)])),
				RUNNER_TEMP: temp,
				GITHUB_ACTION_PATH: join(temp, 'nowhere'),
				GITHUB_OUTPUT: join(temp, 'output'),
				GITHUB_PATH: join(temp, 'path'),
			},
			encoding: 'utf8',
		});
		for (const line of readFileSync(join(temp, 'output'), 'utf8').split('\n').filter(Boolean)) {
			const [key = '', value = ''] = line.split('=', 2);
			outputs[key] = value;
		}
		if (status !== 0) return { failed: name, status, stdout, stderr, uploads };
	}
	return { failed: undefined, uploads };
}

const rulesIn = (sarif: string | undefined): string[] =>
	JSON.parse(readFileSync(sarif ?? '', 'utf8')).runs[0].results.map((result: { ruleId: string }) => result.ruleId);

describe('the action for GitHub', () => {
	test('is composite, takes its actions at a version, and explains each input', () => {
		expect(action.runs.using).toBe('composite');
		const used = action.runs.steps.flatMap(({ uses }) => uses ?? []);
		expect(used).toHaveLength(2);
		for (const one of used) expect(one).toMatch(/^[\w-]+\/[\w-]+(?:\/[\w-]+)?@v\d+(?:\.\d+\.\d+)?$/);
		for (const name of Object.keys(action.inputs)) expect(read('docs/ci.md')).toContain(`\`${name}\``);
	});

	test('the workflow of the page gives it inputs that it has, and the permission to upload', () => {
		const { jobs } = parse(recipe('yaml github'));
		const { permissions, steps } = jobs['gup-lens'];
		const own = steps.find(({ uses }: Step) => uses?.includes('/gup-lens@'));
		expect(Object.keys(own.with).filter((name) => !(name in action.inputs))).toEqual([]);
		expect(permissions['security-events']).toBe('write');
		expect(steps[0].with['fetch-depth']).toBe(0);
	});

	test('uploads what came since the base, then fails', () => {
		const { cwd, env } = repository(bin, RIGHT, WRONG);
		const { failed, status, stdout, uploads } = runAction(cwd, env, { base: 'HEAD~1' });
		expect({ failed, status }).toEqual({ failed: 'Result', status: 1 });
		expect(stdout).toMatch(/^::error::/);
		expect(rulesIn(uploads[0])).toEqual(['pin-put-page']);
	});

	test.each<[string, Record<string, string>, string[]]>([
		['nothing new', { base: 'HEAD' }, []],
		['nothing that matters', { base: 'HEAD~1', 'fail-on': 'never' }, ['pin-put-page']],
		['no base', { base: '', 'fail-on': 'never', kernel: '6.12' }, ['pin-put-page']],
		['a path without findings', { base: '', paths: 'right.c\n\n' }, []],
	])('passes with %s', (_, inputs, rules) => {
		const { cwd, env } = repository(bin, RIGHT, WRONG);
		cpSync(join(scratch({ 'right.c': RIGHT }), 'right.c'), join(cwd, 'right.c'));
		const { failed, stderr, uploads } = runAction(cwd, env, inputs);
		expect(failed, stderr).toBeUndefined();
		expect(rulesIn(uploads[0])).toEqual(rules);
	});

	test.each([
		['a base that is not there', { base: 'f00dfeed' }],
		['paths that are commands', { base: '', paths: '$(touch taken)\n; touch taken\n--fix' }],
		['a severity that is a command', { 'fail-on': '$(touch taken)' }],
	])('%s: fails before the upload, and runs nothing', (_, inputs) => {
		const { cwd, env } = repository(bin, RIGHT);
		expect(runAction(cwd, env, inputs)).toMatchObject({ failed: 'Check', status: 2, uploads: [] });
		expect(readdirSync(cwd).sort()).toEqual(['.git', 'teal.c']);
	});
});

test('the job for GitLab leaves a report also when it fails, in a checkout of another user', () => {
	const job = parse(read('ci/gitlab.yml'))['gup-lens'];
	const { cwd, env } = repository(bin, RIGHT, WRONG);
	// As root the checkout is given away: git refuses it until before_script has said that it is trusted.
	if (process.getuid?.() === 0) for (const path of [cwd, join(cwd, '.git')]) chownSync(path, 65534, 65534);
	const { GIT_CONFIG_GLOBAL, ...others } = env;
	const script = [...job.before_script, ...job.script].join('\n');
	const { status, stderr } = spawnSync('sh', ['-e', '-c', script], {
		cwd,
		env: {
			...others,
			HOME: scratch(),
			...job.variables,
			CI_PROJECT_DIR: cwd,
			CI_MERGE_REQUEST_DIFF_BASE_SHA: 'HEAD~1',
		},
		encoding: 'utf8',
	});
	expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
	expect(job.artifacts.when).toBe('always');
	const report = JSON.parse(readFileSync(join(cwd, job.artifacts.reports.codequality), 'utf8'));
	expect(report).toMatchObject([
		{ check_name: 'pin-put-page', severity: 'critical', location: { path: 'teal.c', lines: { begin: 7, end: 7 } } },
	]);
	expect(job.image.entrypoint).toEqual(['']);
});

test('the image: the packed package is copied, installed without a network, and is what starts', () => {
	const lines = read('Containerfile')
		.replace(/^#.*\n/gm, '')
		.replace(/\\\n/g, '');
	const steps = [...lines.matchAll(/^([A-Z]+) (.*)$/gm)].map(([, name = '', rest = '']) => [name, rest] as const);
	expect(steps.map(([name]) => name)).toEqual(['FROM', 'RUN', 'COPY', 'RUN', 'USER', 'WORKDIR', 'ENTRYPOINT', 'CMD']);
	const of = (name: string) => steps.filter(([one]) => one === name).map(([, rest]) => rest);
	const node = Number(/^docker\.io\/library\/node:(\d+)-slim$/.exec(of('FROM')[0] ?? '')?.[1]);
	expect(node).toBeGreaterThan(20);
	expect(of('USER')).toEqual(['node']);

	for (const name of ['.npmignore', 'README.md', 'LICENSE', 'man', 'schemas'])
		cpSync(join(root, name), join(home, name), { recursive: true });
	const packed = execFileSync('npm', ['pack', '--json', '--ignore-scripts'], { cwd: home, encoding: 'utf8' });
	const [{ filename }] = JSON.parse(packed);
	const [source = '', target = ''] = (of('COPY')[0] ?? '').split(' ');
	expect(source).toBe('gup-lens-*.tgz');
	expect(filename).toMatch(/^gup-lens-.*\.tgz$/);
	expect(read('.dockerignore').trim().split('\n')).toEqual(['*', `!${source}`]);

	const place = scratch();
	const inside = (path: string) => join(place, path);
	mkdirSync(inside(target), { recursive: true });
	cpSync(join(home, filename), join(inside(target), filename));
	const install = (of('RUN')[1] ?? '').replaceAll(target.replace(/\/$/, ''), inside(target).replace(/\/$/, ''));
	const { status, stderr } = spawnSync('sh', ['-c', install], {
		cwd: place,
		env: {
			...process.env,
			npm_config_prefix: inside('usr'),
			npm_config_cache: inside('cache'),
			npm_config_offline: 'true',
		},
		encoding: 'utf8',
	});
	expect(status, stderr).toBe(0);
	expect(existsSync(inside(target))).toBe(false);
	const [program = ''] = JSON.parse(of('ENTRYPOINT')[0] ?? '[]');
	const start = (cwd: string, ...argv: string[]) =>
		spawnSync(join(inside('usr/bin'), program), argv, { cwd, encoding: 'utf8' });
	expect(start(place, ...JSON.parse(of('CMD')[0] ?? '[]'))).toMatchObject({ status: 0 });
	const checked = start(scratch({ 'teal.c': WRONG }), 'check', '.');
	expect(checked).toMatchObject({ status: 1, stdout: expect.stringContaining('[pin-put-page]') });
});
