/**
 * How long an editor waits: `npm run bench:latency [TREE]`.
 * A real server process over stdio, on real files of a kernel tree; 200 single-character edits each. After every edit
 * the client asks, one after the other, for diagnostics (which analyses the edited text), a hover and a completion.
 * TREE is the root of a kernel tree; default: the 6.12 that `npm run trees` unpacks.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { MODERN, Session } from '../test/lsp/session.js';
import { chosenTree } from './chosenTree.js';
import { randomly } from './random.js';
import { table } from './table.js';

const FILES = ['fs/nfs/direct.c', 'virt/kvm/kvm_main.c', 'kernel/events/core.c'];
const EDITS = 200;

const root = chosenTree(process.argv[2]);
const rows: string[][] = [];
for (const path of FILES) {
	const text = await readFile(join(root, path), 'utf8');
	const times = await measure(pathToFileURL(join(root, path)).href, text);
	rows.push([path, String(text.split('\n').length), ...Object.values(times).flatMap(summary)]);
}
console.log(`${EDITS} edits of one character each; milliseconds, median and 95th percentile`);
console.log(table(['file', 'lines', 'diagnostics', 'p95', 'hover', 'p95', 'completion', 'p95'], rows));

async function measure(uri: string, text: string): Promise<Record<'diagnostics' | 'hover' | 'completion', number[]>> {
	const session = await Session.start({ capabilities: MODERN, folders: [pathToFileURL(root).href] });
	const times = { diagnostics: [] as number[], hover: [] as number[], completion: [] as number[] };
	await session.open(uri, text);
	await session.pull(uri);
	let document = TextDocument.create(uri, 'c', 1, text);
	const next = randomly(1);
	let typed: number | undefined;
	for (let i = 0; i < EDITS; i++) {
		// Type a letter into some word, and take it out again with the next edit.
		const at = typed ?? wordCharacter(document.getText(), next);
		const range = { start: document.positionAt(at), end: document.positionAt(typed === undefined ? at : at + 1) };
		const edit = { range, text: typed === undefined ? 'x' : '' };
		typed = typed === undefined ? at : undefined;
		const version = await session.change(uri, edit);
		document = TextDocument.update(document, [edit], version);
		const { api, argument } = places(document);
		times.diagnostics.push(await clock(() => session.pull(uri)));
		times.hover.push(await clock(() => session.hover(uri, api)));
		times.completion.push(await clock(() => session.completion(uri, argument)));
	}
	await session.end();
	return times;
}

/** A call of the family, and the place behind the last comma of its arguments. */
function places(document: TextDocument) {
	const call = /\b(?:get_user_page|pin_user_page|iov_iter_get_page)\w*\s*\(/.exec(document.getText());
	if (!call) throw new Error(`${document.uri} calls nothing of the family`);
	const end = document.getText().indexOf(')', call.index);
	return { api: document.positionAt(call.index + 2), argument: document.positionAt(end) };
}

function wordCharacter(text: string, next: () => number): number {
	for (;;) {
		const at = Math.floor(next() * text.length);
		if (/\w/.test(text[at] ?? '')) return at;
	}
}

async function clock(work: () => Promise<unknown>): Promise<number> {
	const start = performance.now();
	await work();
	return performance.now() - start;
}

function summary(times: readonly number[]): string[] {
	const sorted = [...times].sort((a, b) => a - b);
	const at = (share: number) =>
		(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1);
	return [at(0.5), at(0.95)];
}
