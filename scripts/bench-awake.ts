/**
 * Whether the server stays awake while it audits a whole tree: `npm run bench:awake [TREE]`.
 * A real server process over stdio with an empty cache. A client edits an open kernel file, pulls its diagnostics and hovers,
 * first alone and then until the audit of the tree is done; then audits are cancelled at several moments, and a selection with
 * 20,000 findings is asked for its actions.
 * TREE is the root of a kernel tree; default: the 6.12 that `npm run trees` unpacks.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CancellationToken, CancellationTokenSource } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { AuditAnswer } from '../server/src/lsp/audit.js';
import { MODERN, Session } from '../test/lsp/session.js';
import { chosenTree } from './chosenTree.js';
import { table } from './table.js';

const FILE = 'fs/nfs/direct.c';
/** Edits without an audit, to compare with. */
const ALONE = 100;
/** Milliseconds between edits. */
const PAUSE = 50;
/** Milliseconds after which audits are cancelled: while files are listed, searched and read. */
const CANCELLED_AFTER = [50, 300, 1000, 2000, 3000];
/** Each has two findings. */
const LINES = 10_000;

const root = chosenTree(process.argv[2]);
const uri = pathToFileURL(root).href;
const cache = mkdtempSync(join(tmpdir(), 'gup-lens-awake-'));
process.on('exit', () => rmSync(cache, { recursive: true, force: true }));
// read by the server: nothing is known of the tree
process.env.XDG_CACHE_HOME = cache;
const codeAction = { ...MODERN.textDocument?.codeAction, dataSupport: true, resolveSupport: { properties: ['edit'] } };
const capabilities = { ...MODERN, textDocument: { ...MODERN.textDocument, codeAction } };
const session = await Session.start({ capabilities, folders: [uri] });

const rows: string[][] = [];
const document = pathToFileURL(join(root, FILE)).href;
const text = await readFile(join(root, FILE), 'utf8');
await session.open(document, text);
const alone = await edited((edits) => edits < ALONE);
rows.push(['nothing', '', ...told(alone)]);

let isDone = false;
const started = performance.now();
const audited = audit().then((answer) => {
	isDone = true;
	return { ...answer, seconds: (performance.now() - started) / 1000 };
});
const meanwhile = await edited(() => !isDone);
const { report, seconds } = await audited;
rows.push([`the audit of ${report.files.toLocaleString('en')} files`, `${seconds.toFixed(1)} s`, ...told(meanwhile)]);
console.log(`${FILE} is edited, analysed and hovered over while the server does`);
console.log(`(${availableParallelism()} processors; milliseconds)`);
console.log(table(['', 'takes', 'edits', 'hover median', 'p95', 'max', 'diagnostics median', 'p95', 'max'], rows));

const cancelled: string[][] = [];
for (const after of CANCELLED_AFTER) {
	rmSync(cache, { recursive: true, force: true });
	const source = new CancellationTokenSource();
	const answer = audit(source).then(
		({ report: { sites, partial } }) => (partial ? `${sites.length} sites, partial` : 'was done before'),
		(error: Error) => error.message,
	);
	await new Promise((resolve) => setTimeout(resolve, after));
	const asked = performance.now();
	source.cancel();
	const what = await answer;
	cancelled.push([`${after} ms`, (performance.now() - asked).toFixed(0), what]);
}
console.log(table(['an audit that is cancelled after', 'ends within ms', 'with'], cancelled));

const many = 'file:///nowhere/many.c';
const line = (i: number) => `void f${i}(struct page **p) { get_user_pages_fast(0, 1, FOLL_GET | FOLL_PIN, p); }\n`;
await session.open(many, Array.from({ length: LINES }, (_, i) => line(i)).join(''));
const diagnostics = await session.findings(many);
const range = { start: { line: 0, character: 0 }, end: { line: LINES, character: 0 } };
const time = await clock(() => session.actions(many, range, { diagnostics }));
console.log(
	`a selection with ${diagnostics.length.toLocaleString('en')} findings has its actions after ${time.toFixed(0)} ms`,
);
await session.end();

function audit(source?: CancellationTokenSource): Promise<AuditAnswer> {
	return session.connection.sendRequest(
		'gup-lens/audit',
		{ uri, workDoneToken: 'awake' },
		source?.token ?? CancellationToken.None,
	);
}

interface Times {
	readonly hover: number[];
	readonly diagnostics: number[];
}

/** Types a letter into the name of a variable and takes it out again, on and on. */
async function edited(goesOn: (edits: number) => boolean): Promise<Times> {
	const times: Times = { hover: [], diagnostics: [] };
	const opened = TextDocument.create(document, 'c', 0, text);
	const at = opened.positionAt(text.indexOf('struct nfs_direct_req *dreq'));
	const call = opened.positionAt(text.indexOf('iov_iter_get_pages') + 2);
	for (let edits = 0; edits % 2 === 1 || goesOn(edits); edits++) {
		const isTyped = edits % 2 === 1;
		const end = isTyped ? { ...at, character: at.character + 1 } : at;
		await session.change(document, { range: { start: at, end }, text: isTyped ? '' : 'x' });
		times.diagnostics.push(await clock(() => session.pull(document)));
		times.hover.push(await clock(() => session.hover(document, call)));
		await new Promise((resolve) => setTimeout(resolve, PAUSE));
	}
	return times;
}

async function clock(work: () => Promise<unknown>): Promise<number> {
	const start = performance.now();
	await work();
	return performance.now() - start;
}

function told({ hover, diagnostics }: Times): string[] {
	return [String(hover.length), ...summary(hover), ...summary(diagnostics)];
}

function summary(times: readonly number[]): string[] {
	const sorted = [...times].sort((a, b) => a - b);
	const at = (share: number) =>
		(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1);
	return [at(0.5), at(0.95), at(1)];
}
