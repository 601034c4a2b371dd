/**
 * How long audits of revisions take: `npm run bench:history [-- ROUNDS]`.
 * In a repository with whole kernels (`kernelHistory.ts`), each time with an empty cache: a revision, then others after it, and the
 * unpacked tree for comparison. Prints the median of each in seconds, what it is of the first one, and holds the sites of revision and
 * unpacked tree to each other. Needs the trees of `npm run trees`. Linux only.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { kernelHistory, POINTS } from './kernelHistory.js';
import { table } from './table.js';

const ROUNDS = 3;
const ROOT = join(import.meta.dirname, '..');
const cli = join(ROOT, 'dist', 'cli.js');

const rounds = Number(process.argv[2] ?? ROUNDS);
const history = kernelHistory();
execFileSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, stdio: 'inherit' });

const cache = join(mkdtempSync(join(tmpdir(), 'gup-lens-bench-')), 'cache');
const times = new Map<string, number[]>();
let sites = '';

for (let round = 0; round < rounds; round++) {
	empty();
	const onDisk = audit('unpacked 6.12, cold', join(ROOT, '.cache/trees/linux-source-6.12'));
	empty();
	const first = audit('6.12, cold', history, '--rev', 'v6.12');
	if (first !== onDisk) throw new Error('the sites of the revision are not those of the unpacked tree');
	sites = first;
	audit('6.12, again', history, '--rev', 'v6.12');
	audit('after it 6.12.201, 300 files changed', history, '--rev', 'v6.12.201');
	audit('after these the newest kernel', history, '--rev', 'newest');
	empty();
	const points = `v6.12..v6.12.${200 + POINTS}`;
	audit(
		`${POINTS + 1} revisions with 300 files changed from each to the next`,
		history,
		'--compare',
		points,
		'--tags',
		'v6.12.*',
	);
}
rmSync(join(cache, '..'), { recursive: true, force: true });

const cold = median(times.get('6.12, cold') ?? []);
console.log(`${JSON.parse(sites).length} sites, ${availableParallelism()} processors, ${rounds} rounds\n`);
console.log(
	table(
		['', 'median s', 'of 6.12, cold'],
		[...times].map(([name, of]) => [name, median(of).toFixed(2), `${Math.round((100 * median(of)) / cold)} %`]),
	),
);

function empty(): void {
	rmSync(cache, { recursive: true, force: true });
}

/** @returns its sites as JSON */
function audit(name: string, ...argv: readonly string[]): string {
	const started = performance.now();
	const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'audit', ...argv, '--format', 'json'], {
		env: { ...process.env, XDG_CACHE_HOME: cache },
		encoding: 'utf8',
		maxBuffer: 1 << 28,
	});
	if (status !== 0) throw new Error(stderr);
	times.set(name, [...(times.get(name) ?? []), (performance.now() - started) / 1000]);
	return JSON.stringify(JSON.parse(stdout).sites);
}

function median(of: readonly number[]): number {
	return of.toSorted((a, b) => a - b)[Math.floor(of.length / 2)] ?? 0;
}
