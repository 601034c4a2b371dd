/**
 * What a check costs a file of a kernel build: `npm run bench:kbuild [FOLDER]`, beside sparse.
 * A real build (make C=2) of FOLDER of 6.12, by default drivers/misc/, writes down how it calls its checker; each call is then run
 * with both. Needs `npm run build`, `npm run trees`, a compiler, and sparse (Debian: apt-get install sparse).
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { words } from '../server/src/kernel/words.js';
import { KernelBuild } from './kernels/build.js';
import { table } from './table.js';

/** Milliseconds of processor time a file without the family may take. */
const LIMIT = 150;

const folder = process.argv[2] ?? 'drivers/misc/';
const cli = join(import.meta.dirname, '..', 'dist', 'cli.js');
const scratch = mkdtempSync(join(tmpdir(), 'gup-lens-kbuild-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

const calls = join(scratch, 'calls');
writeFileSync(calls, '');
const recorder = join(scratch, 'recorder');
// one write a call: make runs several
writeFileSync(recorder, `#!/bin/bash\nprintf '%s\\n' "$PWD$(printf '\\x1f%s' "$@")" >> ${calls}\n`);
chmodSync(recorder, 0o755);
const { ok, output } = new KernelBuild('6.12').check(recorder, folder, [], new Map());
if (!ok) throw new Error(output);

interface Call {
	readonly cwd: string;
	readonly argv: readonly string[];
	readonly named: boolean;
}

const all = readFileSync(calls, 'utf8')
	.split('\n')
	.filter(Boolean)
	.map((line): Call => {
		const [cwd = '', ...argv] = line.split('\x1f');
		const text = readFileSync(resolve(cwd, argv.at(-1) ?? ''), 'latin1');
		return { cwd, argv, named: words.some((word) => text.includes(word)) };
	});

/** Milliseconds of processor time of a program and all it starts. */
function processorTime({ cwd, argv }: Call, program: readonly string[]): number {
	const timed = 'TIMEFORMAT="%U %S"; { time "$@" >/dev/null 2>&1; } 2>&1';
	const said = execFileSync('bash', ['-c', timed, 'bash', ...program, ...argv], { cwd, encoding: 'utf8' });
	return said.split(/\s+/).reduce((sum, seconds) => sum + Number(seconds) * 1000, 0);
}

function quantile(sorted: readonly number[], part: number): string {
	return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN).toFixed(0);
}

const programs: [string, readonly string[]][] = [['gup-lens kbuild', [process.execPath, cli, 'kbuild']]];
if (spawnSync('sparse', ['--version']).error) console.log('sparse is missing: apt-get install sparse');
else programs.push(['sparse', ['sparse']]);
const bare: Call = { cwd: scratch, argv: ['-e', '0'], named: false };
const node = Array.from({ length: 10 }, () => processorTime(bare, [process.execPath])).sort((a, b) => a - b);

const rows: string[][] = [];
let slow = false;
for (const named of [false, true]) {
	const some = all.filter((call) => call.named === named);
	for (const [name, program] of programs) {
		const times = some.map((call) => processorTime(call, program)).sort((a, b) => a - b);
		if (!named && program.includes(cli)) slow = Number(quantile(times, 0.5)) > LIMIT;
		const total = times.reduce((sum, time) => sum + time, 0) / 1000;
		rows.push([
			named ? 'with the family' : 'without it',
			String(some.length),
			name,
			...[0.5, 0.95, 1].map((part) => quantile(times, part)),
			total.toFixed(1),
		]);
	}
}
console.log(`${folder} of 6.12: processor time of each call of the checker, milliseconds`);
console.log(`(node itself, which does nothing: ${quantile(node, 0.5)})`);
console.log(table(['files', 'number', 'checker', 'median', 'p95', 'max', 'all, s'], rows));
if (slow) {
	console.error(`A file without the family takes more than ${LIMIT} ms.`);
	process.exitCode = 1;
}
