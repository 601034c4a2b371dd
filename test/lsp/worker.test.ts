import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { Diagnostic, InitializeResult } from 'vscode-languageserver/node';
import { findChromium } from '../../scripts/editors/programs.js';
import { buildServers } from './build.js';
import { codes, ITER, treeOf } from './fixtures.js';

interface Answers {
	readonly initialised: InitializeResult;
	readonly items: Diagnostic[];
	readonly asked: readonly string[];
}

interface Message {
	readonly id?: number;
	readonly method?: string;
	readonly params?: { readonly uri: string };
	readonly result?: unknown;
	readonly error?: { readonly message: string };
}

/** The part of the browser's Worker that is used inside the page. */
declare const Worker: new (
	url: string,
) => {
	onmessage: (event: { data: Message }) => void;
	onerror: (event: { message: string }) => void;
	postMessage(message: unknown): void;
	terminate(): void;
};

const executablePath = findChromium();

describe.skipIf(executablePath === undefined)('in a web worker (needs Chromium)', () => {
	test('gets its grammar as bytes, reads the tree through the client, and finds what there is', async () => {
		const dist = await buildServers();
		const read = async (name: string) => (await readFile(join(dist, name))).toString('base64');
		const [core, grammar] = await Promise.all([read('web-tree-sitter.wasm'), read('tree-sitter-c.wasm')]);
		const scripts = ['engine.js', 'server.worker.js'].map((name) => readFile(join(dist, name), 'utf8'));
		const script = (await Promise.all(scripts)).join('');
		const root = 'vscode-vfs://github/torvalds/linux';
		const files = Object.fromEntries(Object.entries(treeOf('6.1.9')).map(([name, text]) => [`${root}/${name}`, text]));
		const browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] });
		try {
			const page = await browser.newPage();
			const given = { core, grammar, script, files, text: ITER, uri: `${root}/fs/x.c` };
			const { initialised, items, asked } = await page.evaluate(talk, given);
			expect(initialised.serverInfo?.name).toBe('gup-lens');
			expect(codes(items)).toEqual(['iov-iter-get-pages']);
			// Information: 6.1 has no replacement yet, so the tree's own Makefile was read.
			expect(items[0]?.severity).toBe(3);
			expect(asked).toContain(`${root}/Makefile`);
		} finally {
			await browser.close();
		}
	});
});

interface Given {
	readonly core: string;
	readonly grammar: string;
	readonly script: string;
	readonly files: Readonly<Record<string, string>>;
	readonly text: string;
	readonly uri: string;
}

/** Runs in the page, as a client of the worker; it can use nothing from outside. */
async function talk({ core, grammar, script, files, text, uri }: Given): Promise<Answers> {
	const bytes = (base64: string) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
	const worker = new Worker(URL.createObjectURL(new Blob([script], { type: 'text/javascript' })));
	const waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
	const asked: string[] = [];
	let count = 0;
	worker.onerror = ({ message }) => {
		for (const { reject } of waiting.values()) reject(new Error(message));
	};
	worker.onmessage = ({ data: { id, method, params, result, error } }) => {
		if (method === 'gup-lens/readFile' && params) {
			asked.push(params.uri);
			worker.postMessage({ jsonrpc: '2.0', id, result: files[params.uri] ?? null });
		} else if (id !== undefined && method === undefined) {
			if (error) waiting.get(id)?.reject(new Error(error.message));
			else waiting.get(id)?.resolve(result);
		}
	};
	const notify = (method: string, params: unknown) => worker.postMessage({ jsonrpc: '2.0', method, params });
	const request = (method: string, params: unknown) =>
		new Promise<unknown>((resolve, reject) => {
			waiting.set(++count, { resolve, reject });
			worker.postMessage({ jsonrpc: '2.0', id: count, method, params });
		});
	const initialised = (await request('initialize', {
		processId: null,
		rootUri: null,
		capabilities: { textDocument: { diagnostic: {} } },
		initializationOptions: { wasm: { core: bytes(core), grammar: bytes(grammar) }, readFile: true },
	})) as Answers['initialised'];
	notify('initialized', {});
	notify('textDocument/didOpen', { textDocument: { uri, languageId: 'c', version: 1, text } });
	const { items } = (await request('textDocument/diagnostic', { textDocument: { uri } })) as Pick<Answers, 'items'>;
	await request('shutdown', null);
	worker.terminate();
	return { initialised, items, asked };
}
