import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../../scripts/editors/install.js';
import { readEntries } from '../../scripts/zip.js';

const archive = readFileSync(join(root, 'gup-lens.vsix'));
const entries = readEntries(archive).filter(({ name }) => name.startsWith('extension/'));

describe('gup-lens.vsix', () => {
	it('stays under 950 kB, which leaves room below the limit of 1 MB', () => {
		expect(archive.length).toBeLessThan(950_000);
	});

	it('holds what runs, the grammar, the icon and the pages people read, and nothing else', () => {
		const prose = /^extension\/(readme|changelog|docs\/rules\/[\w-]+)\.md$/i;
		const names = entries.map(({ name }) => name).filter((name) => !prose.test(name));
		expect(names.sort()).toEqual([
			'extension/LICENSE.txt',
			'extension/client/audit.svg',
			'extension/client/icon.png',
			'extension/client/walkthrough/audit.png',
			'extension/client/walkthrough/convert.png',
			'extension/client/walkthrough/open.png',
			'extension/client/walkthrough/read.png',
			'extension/client/walkthrough/series.md',
			'extension/dist/THIRD-PARTY-NOTICES.txt',
			'extension/dist/client.js',
			'extension/dist/client.web.js',
			'extension/dist/engine.js',
			'extension/dist/language-client.js',
			'extension/dist/launch.node.js',
			'extension/dist/launch.web.js',
			'extension/dist/server.js',
			'extension/dist/server.worker.js',
			'extension/dist/tree-sitter-c.wasm',
			'extension/dist/views.node.js',
			'extension/dist/web-tree-sitter.wasm',
			'extension/package.json',
			'extension/schemas/gup-lens.schema.json',
			'extension/syntaxes/gup-lens.injection.tmLanguage.json',
		]);
	});

	it('makes other C projects read 25 kilobytes only', () => {
		expect(entries.find(({ name }) => name === 'extension/dist/client.js')?.size).toBeLessThan(25_000);
	});
});
