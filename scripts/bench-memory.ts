/**
 * What the server holds: `npm run bench:memory [-- --files 200 --edits 4000] [TREE...]`.
 * A real server process opens 1,000 files (those of the trees that name the family, then copies of them under other names), asks for
 * the diagnostics of each and closes them, first one after the other, then all at once. It makes 20,000 edits of one character in 200
 * open files, each followed by diagnostics, and opens a file of 10 MB and edits it. Prints the resident memory of the server on the way.
 * TREE is the root of a kernel tree; default: the two that `npm run trees` unpacks.
 */
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { words } from '../server/src/kernel/words.js';
import type { Status } from '../server/src/lsp/status.js';
import { MODERN, Session } from '../test/lsp/session.js';
import { residentMemory } from './process-memory.js';
import { randomly } from './random.js';
import { table } from './table.js';
import { kernelTree, TREE_NAMES, TREES_HINT } from './trees.js';

const { values, positionals } = parseArgs({
	options: { files: { type: 'string', default: '1000' }, edits: { type: 'string', default: '20000' } },
	allowPositionals: true,
});
const FILES = Number(values.files);
const EDITS = Number(values.edits);
/** Open at once while they are edited. */
const OPEN = Math.min(200, FILES);
/** Rows of the table that tell of the edits. */
const EVERY = Math.max(1, Math.ceil(EDITS / 5));
/** Seconds of quiet before it is looked at what is left. */
const QUIET = 30;
/** Characters of the large file. */
const LARGE = 10_500_000;
const LARGE_EDITS = 50;

const roots = positionals.length > 0 ? positionals.map((path) => resolve(path)) : known();
const files = filesOf(roots);
const session = await Session.start({
	capabilities: MODERN,
	folders: roots.map((root) => pathToFileURL(root).href),
	initializationOptions: { status: true },
});
const rows: string[][] = [];
const note = (step: string) => {
	const row = [step, ...residentMemory(session.process.pid ?? 0).map(megabytes)];
	rows.push(row);
	console.error(row.join('\t'));
};

await sleep(QUIET * 1000);
note('started');

for (let i = 0; i < FILES; i++) await session.close((await opened(i)).uri);
await quiet(`${counted(FILES)} files opened and closed, one after the other`);

const all: TextDocument[] = [];
for (let i = 0; i < FILES; i++) all.push(await opened(i));
note(`${counted(FILES)} files open`);
for (const { uri } of all) await session.close(uri);
await quiet('all closed');

const documents: TextDocument[] = [];
for (let i = 0; i < OPEN; i++) documents.push(await opened(i));
note(`${counted(OPEN)} files open`);
const next = randomly(2);
for (let edit = 1; edit <= EDITS; edit++) {
	const i = Math.floor(next() * documents.length);
	const document = documents[i] as TextDocument;
	const at = Math.floor(next() * document.getText().length);
	// Half of the edits replace a character, so that the texts do not grow without end.
	const range = { start: document.positionAt(at), end: document.positionAt(at + (edit % 2)) };
	const change = { range, text: 'x' };
	documents[i] = TextDocument.update(document, [change], await session.change(document.uri, change));
	await session.pull(document.uri);
	if (edit % EVERY === 0) note(`${counted(edit)} edits in them`);
}
for (const { uri } of documents) await session.close(uri);
await quiet('all closed');

const large = `${pathToFileURL(roots[0] as string).href}/drivers/large.c`;
const line = 'int got = get_user_pages_fast(start, 1, FOLL_WRITE, pages);\n';
const text = line.repeat(Math.ceil(LARGE / line.length));
const started = performance.now();
await session.open(large, text);
const { state } = await session.connection.sendRequest<Status>('gup-lens/status', { uri: large });
const told = performance.now() - started;
const times: number[] = [];
for (let edit = 0; edit < LARGE_EDITS; edit++) {
	const start = performance.now();
	const position = { line: edit * 1000, character: 4 };
	await session.change(large, { range: { start: position, end: position }, text: 'x' });
	await session.pull(large);
	times.push(performance.now() - start);
}
note(`a file of 10.5 MB open, ${LARGE_EDITS} edits in it`);
await session.close(large);
await quiet('closed');
await session.end();

times.sort((a, b) => a - b);
console.log(table(['after', 'resident MB', 'peak MB'], rows));
console.log(`the file of 10.5 MB is told as "${state}" after ${told.toFixed(0)} ms`);
console.log(`an edit in it takes ${times[LARGE_EDITS / 2]?.toFixed(0)} ms, at most ${times.at(-1)?.toFixed(0)} ms`);

/** Opens a file, or a copy of it beside it, and asks for its diagnostics. */
async function opened(copy: number): Promise<TextDocument> {
	const path = files[copy % files.length] as string;
	const name = copy < files.length ? basename(path) : `copy${copy}_${basename(path)}`;
	const uri = pathToFileURL(join(dirname(path), name)).href;
	const text = await readFile(path, 'utf8');
	await session.open(uri, text);
	await session.pull(uri);
	return TextDocument.create(uri, 'c', 1, text);
}

async function quiet(step: string): Promise<void> {
	await sleep(QUIET * 1000);
	note(`${step}, ${QUIET} s later`);
}

/** C files that name the family, in the order of their paths. */
function filesOf(folders: readonly string[]): string[] {
	return folders.flatMap((folder) => {
		const argv = ['-l', '--no-ignore', ...words.flatMap((word) => ['-e', word]), '-F', '-g', '*.{c,h}', '.'];
		const listed = execFileSync('rg', argv, { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 26 });
		const paths = listed.trim().split('\n').sort();
		return paths.map((path) => join(folder, path));
	});
}

function known(): string[] {
	const found = TREE_NAMES.flatMap((name) => kernelTree(name) ?? []);
	if (found.length > 0) return found;
	console.error(TREES_HINT);
	process.exit(2);
}

function counted(count: number): string {
	return count.toLocaleString('en');
}

function megabytes(bytes: number): string {
	return (bytes / 1_000_000).toFixed(0);
}
