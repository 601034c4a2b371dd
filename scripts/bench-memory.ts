/**
 * Whether the server's memory stays flat: `npm run bench:memory [TREE]`.
 * Opens 200 files of a kernel tree, all that name the family among them, then makes 5,000 edits of one character in them, each followed
 * by diagnostics; prints the resident memory of the server process along the way.
 * TREE is the root of a kernel tree; default: the 6.12 that `npm run trees` unpacks.
 */
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { words } from '../server/src/kernel/words.js';
import { MODERN, Session } from '../test/lsp/session.js';
import { chosenTree } from './chosenTree.js';
import { randomly } from './random.js';
import { residentMemory } from './resident.js';
import { table } from './table.js';

const FILES = 200;
const EDITS = 5000;
const EVERY = 500;

const root = chosenTree(process.argv[2]);
const session = await Session.start({ capabilities: MODERN, folders: [pathToFileURL(root).href] });
const rows: string[][] = [];
const note = (step: string) => rows.push([step, ...residentMemory(session.process.pid ?? 0).map(megabytes)]);
note('started');

const documents: TextDocument[] = [];
for (const path of filesOf(root).slice(0, FILES)) {
	const uri = pathToFileURL(join(root, path)).href;
	const text = await readFile(join(root, path), 'utf8');
	await session.open(uri, text);
	await session.pull(uri);
	documents.push(TextDocument.create(uri, 'c', 1, text));
}
note(`${documents.length} files open`);

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
	if (edit % EVERY === 0) note(`${edit} edits`);
}
for (const { uri } of documents) await session.close(uri);
await session.pull(documents[0]?.uri ?? '');
note('all closed');
await session.end();
console.log(table(['after', 'resident MB', 'peak MB'], rows));

/** Files that name the family, the largest user first, then others of fs/: they are open in an editor just as well. */
function filesOf(folder: string): string[] {
	const listed = execFileSync(
		'rg',
		['-c', '--no-ignore', ...words.flatMap((word) => ['-e', word]), '-F', '-g', '*.{c,h}', '.'],
		{
			cwd: folder,
			encoding: 'utf8',
			maxBuffer: 1 << 26,
		},
	);
	const others = execFileSync('rg', ['--files', '-g', '*.c', '--sort', 'path', 'fs'], {
		cwd: folder,
		encoding: 'utf8',
	});
	const family = listed
		.trim()
		.split('\n')
		.map((line) => ({
			path: line.slice(2, line.lastIndexOf(':')),
			count: Number(line.slice(line.lastIndexOf(':') + 1)),
		}))
		.sort((a, b) => b.count - a.count || a.path.localeCompare(b.path))
		.map(({ path }) => path);
	return [...new Set([...family, ...others.trim().split('\n')])];
}

function megabytes(bytes: number): string {
	return (bytes / 1_000_000).toFixed(0);
}
