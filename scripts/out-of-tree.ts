/**
 * `npm run bench:out-of-tree -- [--kernel 6.12]... [--cli dist/cli.js] [--findings] owner/name@commit=folder ...`: what check and
 * audit say of modules outside a tree, one row a folder, as docs/out-of-tree.md has it. The folders are on this machine already,
 * and only read. Which errors and warnings are false was judged by readers: test/modules/triage.md. `--findings` prints the
 * errors and warnings that nobody has judged, and the judged ones that are told no more.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

interface Finding {
	readonly path: string;
	readonly rule: string;
	readonly severity: string;
	readonly function?: string;
	readonly message: string;
	readonly range: { readonly start: { readonly line: number } };
}

interface Checked {
	readonly files: number;
	readonly findings: readonly Finding[];
}

interface Audited {
	readonly sites: readonly { readonly verdict: string; readonly path: string; readonly line: number }[];
}

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		kernel: { type: 'string', multiple: true, default: ['6.12'] },
		cli: { type: 'string', default: join(import.meta.dirname, '..', 'dist', 'cli.js') },
		findings: { type: 'boolean', default: false },
	},
});

function asked<T>(command: string, folder: string, kernel: string): T {
	const more = command === 'audit' ? ['--no-cache'] : [];
	const args = [resolve(values.cli), command, ...more, '--kernel', kernel, '--format', 'json', '.'];
	const run = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28 });
	if (run.status === 2 || run.error) throw new Error(`${folder}: ${run.stderr || run.error}`);
	return JSON.parse(run.stdout) as T;
}

/** `owner/name path function severity rule` -> true, false or unsure. */
const page = readFileSync(join(import.meta.dirname, '..', 'test', 'modules', 'triage.md'), 'utf8');
const judged = new Map([...page.matchAll(/^\| `([^`]+)` \| (true|false|unsure) \|/gm)].map(([, row, is]) => [row, is]));

for (const kernel of values.kernel) {
	console.log(`\nLinux ${kernel}\n`);
	console.log('| repository | commit | C files | sites | convert | errors | warnings | false | unsure |');
	console.log('|---|---|---|---|---|---|---|---|---|');
	const sum = new Array<number>(7).fill(0);
	const open: string[] = [];
	const told = new Set<string>();
	for (const given of positionals) {
		const [source, folder = source] = given.split('=') as [string, string?];
		const [name, commit = ''] = source === folder ? [basename(folder)] : (source.split('@') as [string, string?]);
		const { files, findings } = asked<Checked>('check', folder, kernel);
		const { sites } = asked<Audited>('audit', folder, kernel);
		const rows = findings.filter(({ severity }) => severity === 'error' || severity === 'warning');
		const keys = rows.map((one) => [name, one.path, one.function, one.severity, one.rule].join(' '));
		for (const [i, key] of keys.entries()) {
			told.add(key);
			const at = rows[i] as Finding;
			if (!judged.has(key)) open.push(`| \`${key}\` | ? | line ${at.range.start.line}: ${at.message} |`);
		}
		const are = (what: string): number => keys.filter((key) => judged.get(key) === what).length;
		const counts = [
			files,
			sites.length,
			sites.filter(({ verdict }) => verdict === 'convert').length,
			rows.filter(({ severity }) => severity === 'error').length,
			rows.filter(({ severity }) => severity === 'warning').length,
			are('false'),
			are('unsure'),
		];
		counts.forEach((count, i) => {
			sum[i] = (sum[i] as number) + count;
		});
		console.log(`| ${[name, commit.slice(0, 12), ...counts].join(' | ')} |`);
	}
	console.log(`| total | | ${sum.join(' | ')} |`);
	if (!values.findings) continue;
	console.log(`\n${[...new Set(open)].join('\n')}`);
	for (const key of judged.keys()) if (key && !told.has(key)) console.log(`not told for ${kernel}: ${key}`);
}
