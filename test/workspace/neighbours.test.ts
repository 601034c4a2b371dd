/** Which other files are read for a file, and that they are read once. */
import { describe, expect, test } from 'vitest';
import type { CrossFileDependencies } from '../../server/src/engine.js';
import { TreeDefinitions } from '../../server/src/workspace/definitions.js';
import type { Files } from '../../server/src/workspace/files.js';
import { Neighbourhood } from '../../server/src/workspace/neighbours.js';
import { nodeFiles } from '../../server/src/workspace/nodeFiles.js';
import { scratch } from '../support/scratch.js';

const WANTS: CrossFileDependencies = {
	functions: [{ name: 'duck_put', fields: [] }],
	fields: [{ record: 'struct duck', field: 'pages' }],
	headers: [],
};
const NOTHING: CrossFileDependencies = { functions: [], fields: [], headers: [] };

/** Files in memory that count what is asked of them. */
function counted(texts: Readonly<Record<string, string>>): { files: Files; reads: string[] } {
	const reads: string[] = [];
	return {
		reads,
		files: {
			async read(path) {
				reads.push(path);
				return texts[path];
			},
			async list(folder) {
				return Object.keys(texts).flatMap((path) => {
					const at = path.lastIndexOf('/');
					return path.slice(0, at) === folder ? [path.slice(at + 1)] : [];
				});
			},
		},
	};
}

const TEXTS = {
	'/t/a.c': 'int duck_read(void)\n{\n\tduck_put(pages);\n}\n',
	'/t/put.c': 'void duck_put(struct page **pages)\n{\n}\n',
	'/t/call.c': 'int other(void)\n{\n\treturn duck_put(pages);\n}\n',
	'/t/field.c': 'void duck_close(struct duck *duck)\n{\n\tput_page(duck->pages[0]);\n}\n',
	'/t/notes.txt': 'void duck_put(struct page **pages)\n{\n}\n',
	'/far/put2.c': 'void duck_far(struct page **pages)\n{\n}\n',
};

const itself = (path: string): string => path;

describe('neighbours of a file', () => {
	test('are the C files beside it that define the functions and use the fields', async () => {
		const { files } = counted(TEXTS);
		const found = await new Neighbourhood(files).of('/t/a.c', itself, () => WANTS);
		expect(found.map(({ path }) => path).sort()).toEqual(['/t/field.c', '/t/put.c']);
	});

	test('are read once, until they change', async () => {
		const { files, reads } = counted(TEXTS);
		const neighbourhood = new Neighbourhood(files);
		const first = await neighbourhood.of('/t/a.c', itself, () => WANTS);
		const again = await neighbourhood.of('/t/a.c', itself, () => WANTS);
		expect(again.every((neighbour, i) => neighbour === first[i])).toBe(true);
		expect(new Set(reads).size).toBe(reads.length);
		neighbourhood.forget('/t/put.c');
		await neighbourhood.of('/t/a.c', itself, () => WANTS);
		expect(reads.filter((path) => path === '/t/put.c')).toHaveLength(2);
		expect(reads.filter((path) => path === '/t/field.c')).toHaveLength(1);
	});

	test('are kept as far as they fit, those looked at last', async () => {
		const names = Array.from({ length: 30 }, (_, i) => `/${i}`);
		const text = `${TEXTS['/t/put.c']}/*${' '.repeat(1_000_000)}*/`;
		const { files, reads } = counted(Object.fromEntries(names.map((name) => [`${name}/put.c`, text])));
		const neighbourhood = new Neighbourhood(files);
		const look = (name: string) => neighbourhood.of(`${name}/a.c`, itself, () => WANTS);
		for (const name of names) await look(name);
		expect(reads).toHaveLength(30);
		for (const name of names.slice(-15)) await look(name);
		expect(reads).toHaveLength(30);
		for (const name of names.slice(0, 15)) await look(name);
		expect(reads).toHaveLength(45);
	});

	test('go when their folder is left', async () => {
		const { files, reads } = counted(TEXTS);
		const neighbourhood = new Neighbourhood(files);
		await neighbourhood.of('/t/a.c', itself, () => WANTS);
		const { length } = reads;
		neighbourhood.leave('/t');
		await neighbourhood.of('/t/a.c', itself, () => WANTS);
		expect(reads).toHaveLength(2 * length);
	});

	test('are not looked for when nothing is needed', async () => {
		const { files, reads } = counted(TEXTS);
		expect(await new Neighbourhood(files).of('/t/a.c', itself, () => NOTHING)).toEqual([]);
		expect(reads).toEqual([]);
	});

	test('may need others in their turn, a bounded number of times', async () => {
		const { files } = counted(TEXTS);
		let asked = 0;
		const found = await new Neighbourhood(files).of('/t/a.c', itself, (neighbours) => {
			asked++;
			const names = [neighbours.length === 0 ? 'duck_put' : `other${asked}`, 'other'];
			return { functions: names.map((name) => ({ name, fields: [] })), fields: [], headers: [] };
		});
		expect(found.map(({ path }) => path)).toEqual(['/t/call.c', '/t/put.c']);
		expect(asked).toBeLessThanOrEqual(3);
	});

	test('come from other folders where the tree is known', async () => {
		const { files } = counted(TEXTS);
		const definitions = new TreeDefinitions();
		definitions.add('/far/put2.c', TEXTS['/far/put2.c']);
		definitions.add('/t/put.c', TEXTS['/t/put.c']);
		const wants = {
			functions: ['duck_far', 'duck_put'].map((name) => ({ name, fields: [] })),
			fields: [],
			headers: [],
		};
		const found = await new Neighbourhood(files).of(
			'/t/a.c',
			itself,
			() => wants,
			(name) => definitions.of(name),
		);
		expect(found.map(({ path }) => path)).toEqual(['/t/put.c', '/far/put2.c']);
	});

	test('do not come from the core of the kernel, whose functions are known by name', async () => {
		const { files } = counted({ ...TEXTS, 'mm/far.c': TEXTS['/far/put2.c'] });
		const wants = { functions: [{ name: 'duck_far', fields: [] }], fields: [], headers: [] };
		const found = new Neighbourhood(files).of(
			'/t/a.c',
			itself,
			() => wants,
			() => ['mm/far.c'],
		);
		expect(await found).toEqual([]);
	});

	test('that cannot be read are left out', async () => {
		const files: Files = {
			read: async () => {
				throw new Error('gone');
			},
			list: async () => ['a.c', 'b.c'],
		};
		expect(await new Neighbourhood(files).of('/t/a.c', itself, () => WANTS)).toEqual([]);
	});

	test('behind a URI keep its form', async () => {
		const { files } = counted({ 'vscode-vfs://h/t/put%2Bx.c': TEXTS['/t/put.c'] });
		const list: Files['list'] = async () => ['put+x.c'];
		const [found] = await new Neighbourhood({ ...files, list }).of(
			'vscode-vfs://h/t/a.c',
			() => 't/put+x.c',
			() => WANTS,
		);
		expect(found).toMatchObject({ path: 't/put+x.c', file: 'vscode-vfs://h/t/put%2Bx.c' });
	});
});

test('the disk lists files alone, and nothing of what is not there', async () => {
	const root = scratch({ 'a.c': '', 'below/b.c': '' });
	expect(await nodeFiles.list(root)).toEqual(['a.c']);
	expect(await nodeFiles.list(`${root}/nowhere`)).toEqual([]);
	expect(await nodeFiles.list(`${root}/a.c`)).toEqual([]);
});

test('definitions are told from calls by their column', () => {
	const definitions = new TreeDefinitions();
	definitions.add('a.c', TEXTS['/t/a.c']);
	expect(definitions.of('duck_read')).toEqual(['a.c']);
	expect(definitions.of('duck_put')).toEqual([]);
});
