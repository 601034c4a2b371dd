import { spawn, spawnSync } from 'node:child_process';
import {
	chmodSync,
	chownSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { Cache } from '../../server/src/audit/cache.js';
import type { AuditReport } from '../../server/src/audit/report.js';
import { packJson } from '../../server/src/audit/sections.js';
import { HERON } from '../cli/fixtures.js';
import { Repository } from '../programs/repository.js';
import { packaged } from '../support/packaged.js';
import { scratch } from '../support/scratch.js';
import { briefly, CONVERT, KERNEL, OK, TREE, withoutTime } from './fixtures.js';

let home = '';
let cli = '';

beforeAll(() => {
	home = packaged('cli', 'commands');
	cli = join(home, 'dist', 'cli.js');
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

interface Ended {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
	readonly report: AuditReport;
}

interface How {
	readonly cache?: string;
	/** Root may read and write everything: not as root. */
	readonly asNobody?: boolean;
	readonly env?: Record<string, string>;
	readonly cwd?: string;
	/** Called when the program runs. */
	running?(kill: (signal: NodeJS.Signals) => void): void;
}

const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;

function audit(
	argv: readonly string[],
	{ cache = scratch(), asNobody = false, env = {}, cwd = '/', running }: How = {},
) {
	const as = asNobody && isRoot ? { uid: NOBODY, gid: NOBODY } : {};
	const child = spawn(process.execPath, [cli, 'audit', ...argv, '--format', 'json'], {
		cwd,
		env: { ...process.env, XDG_CACHE_HOME: cache, ...env },
		stdio: ['ignore', 'pipe', 'pipe'],
		...as,
	});
	let stdout = '';
	let stderr = '';
	child.stdout.on('data', (chunk) => {
		stdout += chunk;
	});
	child.stderr.on('data', (chunk) => {
		stderr += chunk;
	});
	running?.((signal) => child.kill(signal));
	return new Promise<Ended>((done) => {
		child.once('close', (code) => {
			expect(stderr).not.toMatch(/^ {4}at /m);
			const report = () => {
				expect(stdout, stderr).not.toBe('');
				return JSON.parse(stdout);
			};
			done({
				code,
				stdout,
				stderr,
				get report() {
					return report();
				},
			});
		});
	});
}

const cacheOf = (folder: string) => join(folder, 'gup-lens');
const entries = (folder: string) =>
	(readdirSync(cacheOf(folder), { recursive: true, withFileTypes: true }) ?? []).filter((entry) => entry.isFile());

test('worker threads give what one thread gives', async () => {
	const tree = scratch(TREE);
	const one = await audit([tree, '--jobs', '1', '--no-cache']);
	const two = await audit([tree, '--jobs', '2', '--no-cache']);
	expect(two.code, two.stderr).toBe(0);
	expect(briefly(two.report)).toEqual(['drivers/misc/grab.c:5 convert', 'fs/peek.c:6 ok']);
	expect(withoutTime(two.report)).toEqual(withoutTime(one.report));
});

test('revisions that share threads and an open repository are read as each alone', async () => {
	const repository = new Repository(TREE);
	repository.git('tag', 'one');
	writeFileSync(join(repository.root, 'fs/peek.c'), CONVERT);
	repository.commit();
	repository.git('tag', 'two');
	repository.git('mv', 'drivers/misc', 'drivers/other');
	repository.commit();
	repository.git('tag', 'three');
	const asked = async (...argv: readonly string[]) =>
		JSON.parse((await audit([repository.root, '--no-cache', '--jobs', '2', ...argv])).stdout);
	const { versions, steps } = (await asked('--compare', 'one..three', '--tags', '*')).comparison;
	for (const [i, name] of ['one', 'two', 'three'].entries()) {
		const alone = (await asked('--rev', name, '--compare', name)).comparison.versions[0];
		expect(versions[i]).toEqual(alone);
		expect(alone).toMatchObject({ label: name });
	}
	expect(versions[0].counts).not.toEqual(versions[1].counts);
	expect(steps[1].moved.map(({ after }: { after: { path: string } }) => after.path)).toEqual(['drivers/other/grab.c']);
});

describe('the cache', () => {
	test('keeps results, and is not touched with --no-cache', async () => {
		const cache = scratch();
		const tree = scratch(TREE);
		await audit([tree, '--no-cache'], { cache });
		expect(existsSync(cacheOf(cache))).toBe(false);
		await audit([tree], { cache });
		expect(entries(cache).length).toBeGreaterThanOrEqual(3);
	});

	test('survives damage of every kind', async () => {
		const cache = scratch();
		const tree = scratch(TREE);
		const first = await audit([tree], { cache });
		const damages: ((path: string) => void)[] = [
			(path) => writeFileSync(path, ''),
			(path) => writeFileSync(path, 'short'),
			(path) => writeFileSync(path, readFileSync(path).subarray(0, -3)),
			(path) => {
				const bytes = readFileSync(path);
				bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
				writeFileSync(path, bytes);
			},
			(path) => {
				rmSync(path);
				mkdirSync(path);
			},
		];
		for (const damage of damages) {
			for (const { parentPath, name } of entries(cache)) damage(join(parentPath, name));
			const again = await audit([tree], { cache });
			expect(again.code, again.stderr).toBe(0);
			expect(withoutTime(again.report)).toEqual(withoutTime(first.report));
			rmSync(cacheOf(cache), { recursive: true });
			await audit([tree], { cache });
		}
	});

	test('of another program is not read', async () => {
		const cache = scratch();
		const tree = scratch(TREE);
		await audit([tree], { cache });
		const [version = ''] = readdirSync(cacheOf(cache));
		expect(version).toMatch(/^\d+\.\d+\.\d+-[0-9a-f]{12}$/);
		const worker = join(home, 'dist', 'commands.js');
		const before = readFileSync(worker);
		onTestFinished(() => writeFileSync(worker, before));
		writeFileSync(worker, `${before}\n// another\n`);
		await audit([tree], { cache });
		expect(readdirSync(cacheOf(cache))).toHaveLength(2);
	});

	test('that cannot be written is said once, and the report is whole', async () => {
		const cache = scratch();
		const tree = scratch(TREE);
		chmodSync(cache, 0o555);
		for (const folder of [tree, join(tree, 'fs'), join(tree, 'drivers'), join(tree, 'drivers/misc')])
			chmodSync(folder, 0o755);
		const { code, stderr, report } = await audit([tree], { cache, asNobody: true });
		expect(code, stderr).toBe(0);
		expect(briefly(report)).toHaveLength(2);
		expect(stderr.match(/results are not kept for the next audit: .*permission denied/g)).toHaveLength(1);
	});

	test('that cannot be written is read all the same', async () => {
		const cache = scratch();
		const tree = scratch(TREE);
		await audit([tree], { cache });
		const [version = ''] = readdirSync(cacheOf(cache));
		// What no audit would say: that it is said shows that it was read.
		const none = [{ sites: [], findings: [], skipped: [], whole: true, failed: false }];
		for (const name of readdirSync(join(cacheOf(cache), version, 'results')))
			new Cache(cacheOf(cache), version).put('results', name, packJson(none));
		spawnSync('chmod', ['-R', 'a-w,a+rX', cache, tree]);
		if (isRoot) spawnSync('chown', ['-R', String(NOBODY), cache]);
		onTestFinished(() => void spawnSync('chmod', ['-R', 'u+w', cache, tree]));
		const { code, stderr, report } = await audit([tree], { cache, asNobody: true });
		expect(code, stderr).toBe(0);
		expect(briefly(report)).toEqual([]);
	});

	test.skipIf(!isRoot)(
		'of another user in a shared folder is neither read nor written, which is said once',
		async () => {
			const shared = scratch();
			chmodSync(shared, 0o1777);
			const tree = scratch(TREE);
			spawnSync('chmod', ['-R', 'a+rX', tree]);
			await audit([tree], { cache: shared });
			spawnSync('chmod', ['-R', 'a+rwX', cacheOf(shared)]);
			const before = entries(shared).map(({ name }) => name);
			for (const asNobody of [true, false]) {
				const { code, stderr, report } = await audit([tree], { cache: shared, asNobody });
				expect(code, stderr).toBe(0);
				expect(briefly(report)).toHaveLength(2);
				const why = asNobody ? 'belongs to another user' : 'other users may write to';
				expect(
					stderr.split('\n').filter((line) => /the cache is not used/.test(line) && line.includes(why)),
				).toHaveLength(1);
			}
			expect(entries(shared).map(({ name }) => name)).toEqual(before);
		},
	);

	test('is not in the folder it runs in, whatever XDG_CACHE_HOME says', async () => {
		const cwd = scratch();
		const home = scratch();
		const { code, stderr } = await audit([scratch(TREE)], { cache: 'relative', env: { HOME: home }, cwd });
		expect(code, stderr).toBe(0);
		expect(readdirSync(cwd)).toEqual([]);
		expect(readdirSync(home)).toEqual([process.platform === 'darwin' ? 'Library' : '.cache']);
	});

	test.skipIf(!isRoot)('of an account that is in no list of users is none, which is said once', async () => {
		const tree = scratch(TREE);
		spawnSync('chmod', ['-R', 'a+rX', tree]);
		const env = { ...process.env, HOME: undefined, XDG_CACHE_HOME: undefined };
		const argv = [cli, 'audit', tree, '--format', 'json'];
		const ended = spawnSync(process.execPath, argv, { cwd: '/', env, uid: 54_321, gid: 54_321, encoding: 'utf8' });
		expect(ended.status, ended.stderr).toBe(0);
		expect(briefly(JSON.parse(ended.stdout))).toHaveLength(2);
		expect(ended.stderr.match(/the cache is not used: the environment names no folder/g)).toHaveLength(1);
	});

	test('of two audits at once', async () => {
		const cache = scratch();
		const tree = scratch(TREE);
		const together = await Promise.all([1, 2, 3].map(() => audit([tree], { cache })));
		for (const { code, stderr, report } of together) {
			expect(code, stderr).toBe(0);
			expect(stderr).not.toContain('not kept');
			expect(withoutTime(report)).toEqual(withoutTime(together[0]?.report as AuditReport));
		}
		expect(entries(cache).filter(({ name }) => name.includes('.'))).toEqual([]);
	});
});

describe('a full disk', () => {
	/** A file system of 16 kB, full to the last byte; undefined where this machine lets nobody make one. */
	function full(): string | undefined {
		const at = scratch();
		if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', at]).status !== 0) return undefined;
		onTestFinished(() => void spawnSync('umount', [at]));
		spawnSync('sh', ['-c', `mkdir ${at}/gup-lens; head -c 1m /dev/zero > ${at}/filler`]);
		return at;
	}
	const can = isRoot && spawnSync('sh', ['-c', 'unshare -m true']).status === 0;

	test.skipIf(!can)(
		`under the cache is said, and the report is whole${can ? '' : ' (needs root to mount)'}`,
		async () => {
			const cache = full();
			if (cache === undefined) return;
			const { code, stderr, report } = await audit([scratch(TREE)], { cache });
			expect(code, stderr).toBe(0);
			expect(briefly(report)).toHaveLength(2);
			expect(stderr.match(/results are not kept for the next audit: .*no space left/g)).toHaveLength(1);
		},
	);

	test.skipIf(!can)(`under the report leaves nothing half written${can ? '' : ' (needs root to mount)'}`, async () => {
		const disk = full();
		if (disk === undefined) return;
		const { code, stderr } = await audit([scratch(TREE), '-o', join(disk, 'a.json')]);
		expect(code).toBe(2);
		expect(stderr).toContain('a.json: not written: no space left');
		expect(readdirSync(disk).toSorted()).toEqual(['filler', 'gup-lens']);
	});

	test.skipIf(!existsSync('/dev/full'))('behind the standard output is told in one line', () => {
		const run = spawnSync(
			'sh',
			['-c', `"${process.execPath}" "${cli}" audit "${scratch(TREE)}" --no-cache > /dev/full`],
			{
				encoding: 'utf8',
			},
		);
		expect(run.status).toBe(2);
		expect(run.stderr).toContain('standard output: no space left');
		expect(run.stderr).not.toContain('    at ');
	});
});

describe.skipIf(process.platform !== 'linux')('-o', () => {
	test.each(['/dev/stdout', '/dev/fd/1', '-'])('%s is the standard output, also where that is no file', async (to) => {
		const { code, stderr, report } = await audit([scratch(TREE), '--no-cache', '-o', to]);
		expect(code, stderr).toBe(0);
		expect(briefly(report)).toHaveLength(2);
		expect(stderr).not.toContain('written');
	});

	test('/dev/stdout behind ">>" comes after what is there', () => {
		const cwd = scratch({ 'all.txt': 'first\n' });
		const shell = `"${process.execPath}" "${cli}" audit "${scratch(TREE)}" --no-cache -o /dev/stdout >> all.txt`;
		expect(spawnSync('sh', ['-c', shell], { cwd }).status).toBe(0);
		expect(readFileSync(join(cwd, 'all.txt'), 'utf8')).toMatch(/^first\nUsers of /);
	});

	test('/dev/full fails in one line, and stays a device', async () => {
		const { code, stderr } = await audit([scratch(TREE), '--no-cache', '-o', '/dev/full']);
		expect(code).toBe(2);
		expect(stderr.match(/\/dev\/full: not written: no space left$/gm)).toHaveLength(1);
		expect(statSync('/dev/full').isCharacterDevice()).toBe(true);
	});

	test('a pipe that nobody reads can be left with one Ctrl-C', async () => {
		const pipe = join(scratch(), 'pipe.json');
		expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
		const child = spawn(process.execPath, [cli, 'audit', scratch(TREE), '--no-cache', '-o', pipe], { stdio: 'pipe' });
		let stderr = '';
		child.stderr.on('data', (chunk) => {
			stderr += chunk;
		});
		await expect.poll(() => stderr, { timeout: 30_000 }).toContain('kernel 6.12');
		// The report is made, and waits in open().
		setTimeout(() => child.kill('SIGINT'), 1000);
		expect(await new Promise((done) => child.once('exit', (_, signal) => done(signal)))).toBe('SIGINT');
		expect(statSync(pipe).isFIFO()).toBe(true);
	});

	test('a file too large for this user leaves the old one, and nothing beside it', () => {
		const cwd = scratch({ 'a.html': 'old' });
		const shell = `ulimit -f 1; "${process.execPath}" "${cli}" audit "${scratch(TREE)}" --no-cache -o a.html 2>&1`;
		const { status, stdout } = spawnSync('sh', ['-c', shell], { cwd, encoding: 'utf8' });
		expect(status, stdout).toBe(2);
		expect(stdout).toContain('a.html: not written: larger than files may be here');
		expect(readdirSync(cwd)).toEqual(['a.html']);
		expect(readFileSync(join(cwd, 'a.html'), 'utf8')).toBe('old');
	});
});

describe('Ctrl-C', () => {
	/** Minutes of work for one thread. */
	function large(): string {
		const files: Record<string, string> = { ...KERNEL };
		const much = Array.from({ length: 60 }, (_, i) => HERON.replaceAll('heron', `heron${i}`)).join('\n');
		for (let i = 0; i < 300; i++) files[`drivers/d${i}/a.c`] = much;
		return scratch(files);
	}

	test('ends with what is known, marked as partial', async () => {
		const started = performance.now();
		const { code, stderr, report } = await audit([large(), '--jobs', '2'], {
			running: (kill) => setTimeout(() => kill('SIGINT'), 2500),
		});
		expect(code).toBe(1);
		expect(stderr).toContain('stopped early: the report is partial');
		expect(report.partial).toBe(true);
		expect(new Set(report.sites.map(({ path }) => path)).size).toBeLessThan(300);
		expect(performance.now() - started).toBeLessThan(30_000);
	});

	test('in a single thread too', async () => {
		const { code, report } = await audit([large(), '--jobs', '1'], {
			running: (kill) => setTimeout(() => kill('SIGINT'), 2500),
		});
		expect(code).toBe(1);
		expect(report.partial).toBe(true);
	});
});

test('a file and a folder that may not be read are named and counted', async () => {
	const tree = scratch({ ...TREE, 'fs/closed.c': OK, 'net/closed/a.c': OK });
	spawnSync('chmod', ['-R', 'a+rX', tree]);
	for (const path of ['fs/closed.c', 'net/closed']) {
		if (isRoot) chownSync(join(tree, path), 0, 0);
		chmodSync(join(tree, path), 0o000);
	}
	onTestFinished(() => chmodSync(join(tree, 'net/closed'), 0o755));
	for (const env of [{}, { GUP_LENS_RIPGREP: 'off' }]) {
		const { code, stderr, report } = await audit([tree, '--no-cache'], { asNobody: true, env });
		expect(code, stderr).toBe(0);
		expect(briefly(report)).toEqual(['drivers/misc/grab.c:5 convert', 'fs/peek.c:6 ok']);
		expect(report.skipped).toEqual([
			{ path: 'fs/closed.c', reason: 'permission denied' },
			{ path: 'net/closed', reason: 'permission denied' },
		]);
	}
});

test('a bar is drawn on a terminal, and none into a pipe', () => {
	const files: Record<string, string> = { ...KERNEL };
	for (let i = 0; i < 40; i++) files[`d${i}/a.c`] = CONVERT;
	const tree = scratch(files);
	const argv = [process.execPath, cli, 'audit', tree, '--no-cache', '--jobs', '1'];
	const onTerminal = spawnSync('python3', ['-c', 'import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)', ...argv], {
		encoding: 'utf8',
		env: { ...process.env, TERM: 'xterm', COLUMNS: '100' },
	});
	expect(onTerminal.stdout).toMatch(/reading .*\d+\/40 files +[\d,]+\/s .* left/);
	const [program = '', ...rest] = argv;
	const piped = spawnSync(program, rest, { encoding: 'utf8' });
	expect(piped.stdout + piped.stderr).not.toMatch(/reading|\r/);
});
