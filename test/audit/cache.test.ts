import {
	chmodSync,
	chownSync,
	existsSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	statSync,
	symlinkSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { serialize } from 'node:v8';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { audit } from '../../server/src/audit/audit.js';
import { Cache } from '../../server/src/audit/cache.js';
import { type FileResult, Results } from '../../server/src/audit/results.js';
import { pack, packJson } from '../../server/src/audit/sections.js';
import { Stamps } from '../../server/src/audit/stat-cache.js';
import { userCache } from '../../server/src/audit/userCache.js';
import { walkMemory } from '../../server/src/audit/walk-cache.js';
import { wasmFiles } from '../../server/src/cli/engine.js';
import { scratch } from '../support/scratch.js';
import { briefly, CONVERT, KERNEL, OK, TREE } from './fixtures.js';

const VERSION = '0.0.0-source';
const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;
const SITES = ['drivers/misc/grab.c:5 convert', 'fs/peek.c:6 ok'];

/** Files that changed within the last two seconds are never taken as known. */
const settled = () => new Promise((done) => setTimeout(done, 2200));

async function audited(tree: string, above: string | undefined) {
	let searched = 0;
	const { report, notes, failed } = await audit({
		tree,
		tool: { name: 'gup-lens', version: '0' },
		setting: { wasm: wasmFiles(), kernel: '6.12', knownUsers: true, prefilter: true },
		cache: { above, version: VERSION },
		trusted: true,
		ripgrep: undefined,
		worker: undefined,
		jobs: 1,
		progress: (stage, done) => {
			if (stage === 'search') searched = done;
		},
	});
	expect(failed).toEqual([]);
	return { report, sites: briefly(report), notes, searched };
}

const kinds = (above: string) => ['trees', 'results', 'files'].map((kind) => join(above, VERSION, kind));
const entries = (above: string) =>
	kinds(above).flatMap((folder) => (existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []));
const bytes = (above: string) => Object.fromEntries(entries(above).map((path) => [path, readFileSync(path)]));

describe('an entry with a right digest', () => {
	const tree = (): string => scratch(TREE);

	test.each<[string, (kind: string) => Uint8Array]>([
		['nothing', () => Buffer.alloc(0)],
		['no JSON', () => Buffer.from('[')],
		['null', () => packJson(null)],
		['an empty list', () => packJson([])],
		['a list of the right length', () => packJson([{}])],
		['what V8 writes', () => serialize({ files: 'a.c\nb.c', walk: { links: [], skipped: [], folders: [] } })],
		['no sections', () => pack([])],
		['empty sections', (kind) => pack(kind === 'trees' ? [new Uint8Array(), new Uint8Array(), packJson([])] : [])],
		['lengths beyond its end', () => new Uint8Array(Uint32Array.of(3, 1, 2, 4_000_000_000).buffer)],
	])('and %s in it counts as missing', async (_, content) => {
		const above = join(scratch(), 'cache');
		const at = tree();
		const first = await audited(at, above);
		const cache = new Cache(above, VERSION);
		for (const kind of ['trees', 'results', 'files'] as const)
			for (const name of readdirSync(join(above, VERSION, kind))) cache.put(kind, name, content(kind));
		const again = await audited(at, above);
		expect(again.sites).toEqual(SITES);
		expect(again.report.files).toBe(first.report.files);
		expect(again.notes).toHaveLength(1);
	});

	test('under another name counts as missing', async () => {
		const above = join(scratch(), 'cache');
		const at = tree();
		await audited(at, above);
		const [, folder = ''] = kinds(above);
		const [one = '', other = ''] = readdirSync(folder).map((name) => join(folder, name));
		renameSync(one, join(folder, 'third'));
		renameSync(other, one);
		renameSync(join(folder, 'third'), other);
		expect((await audited(at, above)).sites).toEqual(SITES);
	});

	test('holds results only of the very shape', () => {
		const above = join(scratch(), 'cache');
		const kept = new Results(new Cache(above, VERSION), { release: 'facts', version: '6.12.1' }, true);
		const [folder, names, contents] = ['fs', ['peek.c'], 'contents'] as const;
		const good: FileResult = {
			sites: [
				{
					path: 'fs/peek.c',
					line: 6,
					function: 'peek',
					api: 'pin_user_pages_fast',
					flags: null,
					release: null,
					verdict: 'convert',
					target: 'pin_user_pages',
					reason: null,
					decidedBy: 'inference',
					source: null,
					evidence: [{ path: 'fs/peek.c', line: 6, text: 'why' }],
					findings: ['gup-leak'],
				},
			],
			findings: [
				{
					rule: 'gup-leak',
					severity: 'warning',
					message: 'words',
					tags: ['deprecated'],
					start: { line: 1, column: 1 },
					end: { line: 1, column: 2 },
					related: [{ path: 'fs/peek.c', start: { line: 1, column: 1 }, length: 1, message: 'words' }],
				},
			],
			skipped: ['function f could not be parsed'],
			whole: true,
			failed: false,
		};
		const read = (results: unknown) => {
			kept.put(folder, names, contents, [good], false);
			const [path = ''] = readdirSync(kinds(above)[1] as string);
			new Cache(above, VERSION).put('results', path, packJson(results));
			return kept.get(folder, names, contents);
		};
		expect(read([good])).toEqual([good]);
		expect(read([good, good]), 'one more than asked for').toBeUndefined();
		expect(read([])).toBeUndefined();

		/** Values that fit nowhere, and paths that lead away; strings of people's words may be any. */
		const wrong = [-1, 1.5, 1e99, {}, [null], [[]], undefined, '../../etc/passwd', '/etc/passwd', 'a//b', 'a\0b'];
		const words = /\.(?:text|message|api|function|flags|release|source|skipped\.0)$/;
		let tried = 0;
		for (const { at, put } of places(good)) {
			for (const value of wrong) {
				if (typeof value === 'string' && words.test(at)) continue;
				if (value === undefined && /\.\d+$/.test(at)) continue;
				expect(read([put(value)]), `${JSON.stringify(value)} at ${at}`).toBeUndefined();
				tried++;
			}
		}
		expect(tried).toBeGreaterThan(300);
		expect(read([{ ...good, more: 1 }])).toBeUndefined();
	});

	test('of any bytes at all ends no audit', async () => {
		const above = join(scratch(), 'cache');
		const root = scratch({ 'a.c': OK });
		await settled();
		const cache = new Cache(above, VERSION);
		const started = Date.now();
		const walk = { files: ['a.c'], links: [], skipped: [], folders: [] };
		walkMemory(cache, 'walk', root, started).keep(walk);
		expect(walkMemory(cache, 'walk', root, started).recall()).toEqual(walk);
		const good = cache.get('trees', 'walk') as Buffer;
		const flipped = fc
			.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
			.map((flips) => {
				const copy = Buffer.from(good);
				for (const [at, value] of flips) copy[at] = value;
				return copy;
			});
		fc.assert(
			fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), flipped), (content) => {
				cache.put('trees', 'any', content);
				const recalled = walkMemory(cache, 'any', root, started).recall();
				for (const path of recalled?.files ?? []) expect(path).toMatch(/^[^/\0]+\.[ch]$/);
				Stamps.read(cache, 'any');
			}),
			{ numRuns: 2000 },
		);
	});
});

describe('a walk that is remembered', () => {
	/** As the cache would have it, with stamps of the folders as they are. */
	async function recalled(root: string, walk: { files: string[]; folders: string[]; links?: string[] }) {
		await settled();
		const cache = new Cache(join(scratch(), 'cache'), VERSION);
		const memory = walkMemory(cache, 'walk', root, Date.now());
		memory.keep({ links: [], skipped: [], ...walk });
		expect(cache.problem).toBeUndefined();
		return memory.recall();
	}

	test.each<[string, { files: string[]; folders: string[]; links?: string[] }]>([
		['a file above the tree', { files: ['../a.c'], folders: ['fs'] }],
		['a file of the system', { files: ['/etc/a.c'], folders: ['fs'] }],
		['a file through a link', { files: ['out/a.c'], folders: ['fs'] }],
		['a folder through a link', { files: ['out/a.c'], folders: ['out'] }],
		['a folder that no folder has', { files: [], folders: ['fs/deep'] }],
		['a hidden file', { files: ['.a.c'], folders: [] }],
		['what is no C', { files: ['passwd'], folders: [] }],
		['an empty name', { files: ['', 'a.c'], folders: [] }],
		['a folder above', { files: [], folders: ['../x'] }],
		['a link above', { files: [], folders: [], links: ['../x'] }],
	])('with %s is not believed', async (_, walk) => {
		const root = scratch({ 'fs/a.c': OK, 'fs/deep/a.c': OK, 'a.c': OK });
		symlinkSync(scratch({ 'a.c': OK }), join(root, 'out'));
		expect(await recalled(root, walk)).toBeUndefined();
	});

	test('is what it was', async () => {
		const root = scratch({ 'fs/a.c': OK, 'a\nb.c': OK });
		const walk = { files: ['a\nb.c', 'fs/a.c'], folders: ['fs'], links: ['x\ny'] };
		expect(await recalled(root, walk)).toEqual({ ...walk, skipped: [] });
		expect(await recalled(scratch({ 'x.txt': '' }), { files: [], folders: [] })).toBeDefined();
	});
});

describe.skipIf(process.platform === 'win32')('a cache that others can write to', () => {
	/** A cache that says of a tree that it has no site at all. */
	async function poisoned() {
		const at = scratch(TREE);
		const above = join(scratch(), 'cache');
		await audited(at, above);
		const cache = new Cache(above, VERSION);
		const none: FileResult = { sites: [], findings: [], skipped: [], whole: true, failed: false };
		for (const name of readdirSync(kinds(above)[1] as string)) cache.put('results', name, packJson([none]));
		expect((await audited(at, above)).sites, 'ours is believed').toEqual([]);
		return { at, above };
	}

	/** Neither read nor written, and told in one sentence. */
	async function isRefused({ at, above }: { at: string; above: string }, why: RegExp) {
		const before = bytes(above);
		const { sites, notes } = await audited(at, above);
		expect(sites).toEqual(SITES);
		expect(notes.filter((note) => why.test(note) && note.startsWith('the cache is not used: '))).toHaveLength(1);
		expect(notes).toHaveLength(2);
		expect(bytes(above)).toEqual(before);
	}

	afterEach(() => void process.umask(0o022));

	test.each([0o777, 0o770, 0o722, 0o1777])('because a folder of it has mode %o', async (mode) => {
		for (const folder of ['', VERSION, join(VERSION, 'results')]) {
			const cache = await poisoned();
			chmodSync(join(cache.above, folder), mode);
			await isRefused(cache, /other users may write to .*cache/);
		}
	});

	test('because they may exchange it, unless the folder around it is sticky', async () => {
		const cache = await poisoned();
		const around = join(cache.above, '..');
		chmodSync(around, 0o777);
		await isRefused(cache, /all users may write to /);
		chmodSync(around, 0o1777);
		expect((await audited(cache.at, cache.above)).sites).toEqual([]);
	});

	test('because a folder further above lets them exchange that', async () => {
		const top = scratch();
		mkdirSync(join(top, 'open', 'mine'), { recursive: true });
		chmodSync(join(top, 'open'), 0o777);
		const above = join(top, 'open', 'mine', 'cache');
		const { notes } = await audited(scratch(TREE), above);
		expect(notes.join()).toMatch(/the cache is not used: all users may write to .*open;/);
		expect(existsSync(above)).toBe(false);
	});

	test('because a link lies in its place', async () => {
		for (const folder of ['', VERSION, join(VERSION, 'trees')]) {
			const { at, above } = await poisoned();
			const real = join(scratch(), 'real');
			renameSync(join(above, folder), real);
			symlinkSync(real, join(above, folder));
			const before = readdirSync(real, { recursive: true });
			const { sites, notes } = await audited(at, above);
			expect(notes.join('\n')).toMatch(/the cache is not used: .* is a symbolic link/);
			expect(sites).toEqual(SITES);
			expect(readdirSync(real, { recursive: true })).toEqual(before);
		}
	});

	test('because an entry is a link, a pipe or writable: that one counts as missing', async () => {
		const { at, above } = await poisoned();
		for (const path of entries(above)) {
			renameSync(path, `${path}.real`);
			symlinkSync(`${path}.real`, path);
		}
		expect((await audited(at, above)).sites).toEqual(SITES);
		const other = await poisoned();
		for (const path of entries(other.above)) chmodSync(path, 0o666);
		expect((await audited(other.at, other.above)).sites).toEqual(SITES);
	});

	test.skipIf(!isRoot)('because it, or an entry of it, belongs to another user', async () => {
		for (const folder of ['', VERSION, join(VERSION, 'results')]) {
			const cache = await poisoned();
			chownSync(join(cache.above, folder), NOBODY, NOBODY);
			await isRefused(cache, /belongs to another user/);
		}
		const { at, above } = await poisoned();
		for (const path of entries(above)) chownSync(path, NOBODY, NOBODY);
		expect((await audited(at, above)).sites).toEqual(SITES);
	});

	test('is none that is made here, whatever the umask', async () => {
		process.umask(0);
		const above = join(scratch(), 'new', 'cache');
		const { notes } = await audited(scratch(TREE), above);
		expect(notes).toHaveLength(1);
		for (const folder of ['..', '', VERSION, ...['trees', 'results', 'files'].map((kind) => join(VERSION, kind))])
			expect(statSync(join(above, folder)).mode & 0o777, folder).toBe(0o700);
		for (const path of entries(above)) expect(statSync(path).mode & 0o777, path).toBe(0o600);
	});
});

test('tidying removes what we made and nobody used for a month, and nothing else', async () => {
	const above = join(scratch(), 'cache');
	const kind = kinds(above)[1] as string;
	const target = scratch({ 'precious.txt': '' });
	for (const folder of [kind, join(above, '0.0.1-0123456789ab/results'), join(above, 'documents')]) {
		mkdirSync(folder, { recursive: true, mode: 0o700 });
	}
	writeFileSync(join(above, 'documents', 'thesis.txt'), '');
	writeFileSync(join(kind, 'a'.repeat(40)), '');
	writeFileSync(join(kind, '.gup-lens-12-0123456789ab'), '');
	writeFileSync(join(kind, 'letter.txt'), '');
	symlinkSync(target, join(above, '0.0.2-0123456789ab'));
	const old = new Date(Date.now() - 40 * 86_400_000);
	for (const path of readdirSync(above, { recursive: true }).map(String)) {
		if (!lstatSync(join(above, path)).isSymbolicLink()) utimesSync(join(above, path), old, old);
	}
	utimesSync(target, old, old);
	await audited(scratch(TREE), above);
	expect(readdirSync(above).toSorted()).toEqual([VERSION, '0.0.2-0123456789ab', 'documents'].toSorted());
	expect(readdirSync(target)).toEqual(['precious.txt']);
	expect(readdirSync(kind)).toContain('letter.txt');
	expect(readdirSync(kind).filter((name) => /^a{40}$|^\./.test(name))).toEqual([]);
});

describe.skipIf(process.platform === 'win32')('the folder of the cache', () => {
	const below = process.platform === 'darwin' ? 'Library/Caches' : '.cache';

	function inEnvironment(env: Record<string, string | undefined>): string | undefined {
		const before = { HOME: process.env.HOME, XDG_CACHE_HOME: process.env.XDG_CACHE_HOME };
		const set = (values: Record<string, string | undefined>) => {
			for (const [name, value] of Object.entries(values)) {
				if (value === undefined) delete process.env[name];
				else process.env[name] = value;
			}
		};
		set({ HOME: undefined, XDG_CACHE_HOME: undefined, ...env });
		try {
			return userCache();
		} finally {
			set(before);
		}
	}

	test.skipIf(process.platform === 'darwin')('is in XDG_CACHE_HOME, where that is absolute', () => {
		expect(inEnvironment({ HOME: '/home/me', XDG_CACHE_HOME: '/caches' })).toBe('/caches/gup-lens');
	});

	test.each(['', 'cache', './cache', '../cache', '~/cache'])('is not in %j', (relative) => {
		expect(inEnvironment({ HOME: '/home/me', XDG_CACHE_HOME: relative })).toBe(`/home/me/${below}/gup-lens`);
	});

	test.each([undefined, '', 'home', '.'])('is that of the account where HOME is %j', (home) => {
		expect(inEnvironment({ HOME: home })).toMatch(new RegExp(`^/.*/${below}/gup-lens$`));
	});

	test('that nobody names is told, and nothing is kept', async () => {
		const { sites, notes } = await audited(scratch(TREE), undefined);
		expect(sites).toEqual(SITES);
		expect(notes.join()).toContain('the cache is not used: the environment names no folder of this user');
	});
});

test('a file whose name holds any character is found again', async () => {
	const names = [
		'a\nb.c',
		'x\\y.c',
		' .c',
		'"q".c',
		'-rf.c',
		'%41.c',
		'#.c',
		'a:12.c',
		'ä漢.c',
		'\u202e.c',
		'\u001b[31m.c',
		'\t.h',
	];
	const tree = scratch({ ...KERNEL, ...Object.fromEntries(names.map((name) => [`d\ne/${name}`, OK])), 'z.c': CONVERT });
	const above = join(scratch(), 'cache');
	await settled();
	const first = await audited(tree, above);
	expect(first.report.files).toBe(names.length + 1);
	expect(first.sites).toEqual([...names.map((name) => `d\ne/${name}:6 ok`), 'z.c:5 convert'].toSorted());
	const again = await audited(tree, above);
	expect(again.report.sites).toEqual(first.report.sites);
	expect(again.report.files).toBe(first.report.files);
	expect(again.searched).toBe(0);
});

/** Every place of a value, with what puts another value there. */
function places<T>(value: T, at = ''): { at: string; put: (other: unknown) => unknown }[] {
	if (typeof value !== 'object' || value === null) return [];
	return Object.entries(value).flatMap(([name, inner]) => {
		const put = (other: unknown) =>
			Array.isArray(value) ? value.map((old, i) => (String(i) === name ? other : old)) : { ...value, [name]: other };
		const here = { at: `${at}.${name}`, put };
		return [
			here,
			...places(inner, here.at).map((deep) => ({ at: deep.at, put: (other: unknown) => put(deep.put(other)) })),
		];
	});
}
