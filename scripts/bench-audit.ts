/**
 * How fast a whole kernel is audited: `npm run bench:audit [-- TREE [ROUNDS]]`.
 * In each round, one after the other: `rg -l` for the words (the floor: nothing that reads all files can be faster), the audit
 * without a cache, the audit again with its cache, and `spatch` looking for four of the calls. Prints medians, what they are
 * of the floor, and the peak of the resident memory of each program with its children.
 * TREE is the root of a kernel tree; default: the 6.12 that `npm run trees` unpacks. Needs ripgrep and coccinelle. Linux only.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { auditWords } from '../server/src/engine.js';
import { chosenTree } from './chosenTree.js';
import { table } from './table.js';

const ROUNDS = 5;
/** Milliseconds between two looks at the memory. */
const LOOK = 20;

const SEMANTIC_PATCH = `@@
@@
(
* get_user_pages(...)
|
* get_user_pages_fast(...)
|
* pin_user_pages(...)
|
* pin_user_pages_fast(...)
)
`;

interface Run {
	readonly seconds: number;
	readonly megabytes: number;
	readonly output: string;
}

const tree = chosenTree(process.argv[2] || undefined);
const rounds = Number(process.argv[3] ?? ROUNDS);
const jobs = String(availableParallelism());
const cli = join(import.meta.dirname, '..', 'dist', 'cli.js');
execFileSync('npm', ['run', '--silent', 'build'], { cwd: join(import.meta.dirname, '..'), stdio: 'inherit' });

const scratch = mkdtempSync(join(tmpdir(), 'gup-lens-bench-'));
const patch = join(scratch, 'calls.cocci');
writeFileSync(patch, SEMANTIC_PATCH);
const cache = join(scratch, 'cache');

const audit = [process.execPath, cli, 'audit', tree, '--format', 'json'];
const programs: readonly (readonly [name: string, argv: readonly string[], before?: () => void])[] = [
	[
		'rg -l (the floor)',
		['rg', '--no-ignore', '-lF', '-g', '*.[ch]', ...auditWords.flatMap((word) => ['-e', word]), tree],
	],
	['audit, cold', audit, () => rmSync(cache, { recursive: true, force: true })],
	['audit, again', audit],
	['spatch, four calls', ['spatch', '--very-quiet', '-j', jobs, '--sp-file', patch, '--dir', tree]],
];

// Once unmeasured, so that all files are in memory.
await run(programs[0]?.[1] ?? []);
const runs = new Map<string, Run[]>();
for (let round = 0; round < rounds; round++) {
	for (const [name, argv, before] of programs) {
		before?.();
		runs.set(name, [...(runs.get(name) ?? []), await run(argv)]);
	}
}
rmSync(scratch, { recursive: true, force: true });

const [floor = 1] = [...runs.values()].map((of) => median(of.map(({ seconds }) => seconds)));
const report = JSON.parse(runs.get('audit, again')?.[0]?.output ?? '{}');
console.log(`${report.files} files, ${report.sites.length} sites, ${jobs} processors, ${rounds} rounds\n`);
console.log(
	table(
		['', 'median s', 'of the floor', 'fastest s', 'slowest s', 'peak MB'],
		[...runs].map(([name, of]) => {
			const seconds = of.map((one) => one.seconds);
			return [
				name,
				median(seconds).toFixed(2),
				`${(median(seconds) / floor).toFixed(1)}x`,
				Math.min(...seconds).toFixed(2),
				Math.max(...seconds).toFixed(2),
				Math.max(...of.map(({ megabytes }) => megabytes)).toFixed(0),
			];
		}),
	),
);

async function run([program = '', ...argv]: readonly string[]): Promise<Run> {
	const started = performance.now();
	const child = spawn(program, argv, {
		env: { ...process.env, XDG_CACHE_HOME: cache },
		stdio: ['ignore', 'pipe', 'ignore'],
	});
	let output = '';
	child.stdout.on('data', (chunk) => {
		output += chunk;
	});
	let peak = 0;
	const look = setInterval(() => {
		peak = Math.max(peak, residentOf(child.pid ?? 0));
	}, LOOK);
	await new Promise((done, failed) => {
		child.once('close', done);
		child.once('error', failed);
	});
	clearInterval(look);
	return { seconds: (performance.now() - started) / 1000, megabytes: peak / 1_000_000, output };
}

/** Resident memory of a process and all below it, in bytes. */
function residentOf(pid: number): number {
	try {
		const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
		const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
		return pages * 4096 + children.reduce((sum, child) => sum + residentOf(Number(child)), 0);
	} catch {
		return 0;
	}
}

function median(values: readonly number[]): number {
	return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
