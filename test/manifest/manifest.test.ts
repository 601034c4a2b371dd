import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commands } from '../../client/src/names.js';
import { addresses } from '../../scripts/address.js';
import { configurationSchema } from '../../scripts/configuration-schema.js';
import { injectionOf } from '../../scripts/injection.js';
import { settingsOf } from '../../scripts/settings.js';
import { API_RECORDS } from '../../server/src/kernel/apis/index.js';
import { FLAG_RECORDS } from '../../server/src/kernel/flags.js';
import { words } from '../../server/src/kernel/words.js';
import { ruleMetas } from '../../server/src/rules/index.js';
import { CONFIGURATION } from '../../server/src/workspace/configuration/name.js';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'));
const manifest = read('package.json');
const grammarPath: string = manifest.contributes.grammars[0].path;
const grammar = read(grammarPath);

describe('the manifest', () => {
	it('has the settings of the rules there are: npm run generate', () => {
		expect(manifest.contributes.configuration.properties).toEqual(settingsOf(ruleMetas));
	});

	it('has a schema of .gup-lens.json with the rules there are, which is packed: npm run generate', () => {
		const [{ fileMatch, url }] = manifest.contributes.jsonValidation;
		expect(fileMatch).toBe(CONFIGURATION);
		expect(read(url)).toEqual(JSON.parse(JSON.stringify(configurationSchema(ruleMetas))));
		expect(readFileSync(join(root, '.vscodeignore'), 'utf8')).toContain('!schemas/*.schema.json\n');
	});

	it('says where the project is, as registries and marketplaces ask, from one place: npm run generate', () => {
		expect(manifest).toMatchObject(addresses);
		expect(manifest.galleryBanner.theme).toMatch(/^(?:dark|light)$/);
		expect(manifest.keywords.length).toBeLessThanOrEqual(30);
		expect(manifest.private).toBeUndefined();
	});

	it('makes nobody install what is bundled, and runs nothing on install', () => {
		const { dependencies, optionalDependencies, peerDependencies, scripts } = manifest;
		expect({ ...dependencies, ...optionalDependencies, ...peerDependencies }).toEqual({});
		expect(Object.keys(scripts).filter((name) => /install|prepare|prepack/.test(name))).toEqual([]);
	});

	it('offers exactly the commands the client registers', () => {
		const offered = manifest.contributes.commands.map(({ command }: { command: string }) => command);
		expect(offered.sort()).toEqual(Object.values(commands).sort());
	});

	it('has in its menus and keys only commands that there are, and each kind of menu knows its place', () => {
		const { commands: offered, menus, submenus, keybindings } = manifest.contributes;
		const known = new Set(offered.map(({ command }: { command: string }) => command));
		const items = [
			...Object.values(menus as Record<string, { command?: string; submenu?: string }[]>).flat(),
			...keybindings,
		];
		for (const { command, submenu } of items)
			expect(submenu ? submenus.some(({ id }: { id: string }) => id === submenu) : known.has(command)).toBe(true);
		const keys = keybindings.map(({ key, when }: { key: string; when?: string }) => `${key} ${when}`);
		expect(new Set(keys).size).toBe(keys.length);
	});

	it('reaches what people look for by a key of its own, and from the menu of an editor', () => {
		const { menus, keybindings } = manifest.contributes;
		const named = (items: readonly { command?: string }[]) => new Set(items.map(({ command }) => command));
		const inMenu = named([...menus['editor/context'], ...menus['gup-lens.menu']]);
		const { fixAll, convertFile, checkFolder, paths, explain, openRule, audit } = commands;
		for (const command of [fixAll, convertFile, checkFolder, paths, explain, openRule, audit]) {
			expect(named(keybindings)).toContain(command);
			expect(inMenu).toContain(command);
		}
	});

	it('has a walkthrough whose pictures are there and are packed, and whose buttons do something', () => {
		const [walkthrough] = manifest.contributes.walkthroughs;
		const packed = readFileSync(join(root, '.vscodeignore'), 'utf8');
		const known = new Set(manifest.contributes.commands.map(({ command }: { command: string }) => command));
		for (const { media, description, completionEvents } of walkthrough.steps) {
			const path: string = media.image ?? media.markdown;
			expect(existsSync(join(root, path)), path).toBe(true);
			expect(packed).toContain(`!${path.slice(0, path.lastIndexOf('/'))}/*`);
			const named = [...(description as string).matchAll(/command:([\w.-]+)/g)].map(([, command]) => command as string);
			const events = (completionEvents as string[]).flatMap((event) => /^onCommand:(.*)/.exec(event)?.[1] ?? []);
			for (const command of [...named, ...events])
				if (command.startsWith('gup-lens.')) expect(known).toContain(command);
		}
	});

	it('wakes the extension for C and headers only', () => {
		expect(manifest.activationEvents).toEqual(['onLanguage:c', 'onLanguage:cpp']);
	});

	it('names an icon and a grammar that are there and are packed', () => {
		const packed = readFileSync(join(root, '.vscodeignore'), 'utf8');
		expect(existsSync(join(root, manifest.icon))).toBe(true);
		expect(packed).toContain(`!${manifest.icon}\n`);
		expect(packed).toContain('!syntaxes/*.tmLanguage.json\n');
	});
});

describe('the grammar', () => {
	it('has the flags and calls of the facts: npm run generate', () => {
		expect(grammar).toEqual(injectionOf(API_RECORDS, FLAG_RECORDS));
	});

	it('is injected into C and C++ under its own name', () => {
		const [contributed] = manifest.contributes.grammars;
		expect(contributed.scopeName).toBe(grammar.scopeName);
		expect(contributed.injectTo).toEqual(['source.c', 'source.cpp']);
	});

	it.each([
		['pinned = pin_user_pages_fast(a, n, 0, p);', 'support.function.gup.pin.gup-lens', 'pin_user_pages_fast'],
		['get_user_pages (a, n, 0, p)', 'support.function.gup.get.gup-lens', 'get_user_pages'],
		['iov_iter_get_pages2(i, p, m, n, &o)', 'support.function.gup.iter.gup-lens', 'iov_iter_get_pages2'],
		['unpin_user_page(page);', 'support.function.gup.release.gup-lens', 'unpin_user_page'],
		['gup_flags |= FOLL_LONGTERM;', 'constant.other.foll.gup-lens', 'FOLL_LONGTERM'],
	])('scopes `%s` as %s', (code, scope, text) => {
		expect(scoped(code)).toEqual([[expect.stringContaining(scope), text]]);
	});

	it.each(['get_user_pages;', 'my_get_user_pages(x)', 'FOLL_WRITER', 'put_pages:', 'put_page(page);'])(
		'leaves `%s` alone',
		(code) => {
			expect(scoped(code)).toEqual([]);
		},
	);
});

describe('the words that wake the server', () => {
	it('occur in every flag and in every acquiring call', () => {
		const own = API_RECORDS.filter(({ everyday, group }) => !everyday && group !== 'release');
		const names = [...FLAG_RECORDS, ...own].map(({ name }) => name);
		expect(names.filter((name) => !words.some((word) => name.includes(word)))).toEqual([]);
	});
});

/** What the patterns of the grammar match in a line: scope and text. These patterns are plain regular expressions. */
function scoped(code: string): [string, string][] {
	const patterns: { match: string; captures: { 1: { name: string } } }[] = grammar.patterns;
	return patterns.flatMap(({ match, captures }) =>
		[...code.matchAll(new RegExp(match, 'g'))].map(([, text = '']): [string, string] => [captures[1].name, text]),
	);
}
