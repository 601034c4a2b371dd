/** The words of the product: all messages in one file to read, none too long, none in words kernel developers do not use. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { engine as loadEngine } from '../../server/src/cli/engine.js';
import { FORBIDDEN } from './forbidden.js';
import { literals } from './literals.js';
import { distinct, type Voice, voices } from './voice.js';

const root = join(import.meta.dirname, '..', '..');
/** Characters of a message: what fits into one line of a terminal or a problems panel. */
const LONGEST = 160;

/** All fixes and conversions of some thousand examples are tried: seconds, minutes on a busy machine. */
const LISTENING = 300_000;

let heard: readonly Voice[];
beforeAll(async () => {
	heard = voices(await loadEngine());
}, LISTENING);

const findings = () => heard.flatMap((voice) => voice.findings);
const refusals = () => heard.flatMap(({ offers }) => offers.flatMap(({ refusal }) => refusal ?? []));

function list(sentences: Iterable<string>): string {
	return distinct(sentences)
		.map((sentence) => `- ${sentence}\n`)
		.join('');
}

/** One section a rule: its messages, then the notes below them and the titles of its fixes. */
function rendered(): string {
	const rules = [...new Set(findings().map(({ rule }) => rule))].sort();
	const ofRules = rules.map((rule) => {
		const own = findings().filter((finding) => finding.rule === rule);
		const notes = list(own.flatMap(({ related }) => related.map(({ message }) => message)));
		const fixes = list(own.flatMap(({ fixes: all }) => all.map(({ title }) => title)));
		return [
			`## ${rule}\n\n${list(own.map(({ message }) => message))}`,
			notes && `Notes:\n\n${notes}`,
			fixes && `Fixes:\n\n${fixes}`,
		]
			.filter(Boolean)
			.join('\n');
	});
	const offers = heard.flatMap((voice) => voice.offers);
	const changes = offers.flatMap(({ conversions }) => conversions);
	return [
		'# What the engine says\n\nWritten by `npx vitest run test/words -u` from the rule pages, the record of bugs and examples/.\nOf sentences that differ only in names, one.\n',
		...ofRules,
		`## Conversions\n\n${list(changes.map(({ title }) => title))}`,
		`Reasons:\n\n${list(offers.map(({ why }) => why))}`,
		`Notes:\n\n${list(changes.flatMap(({ notes }) => notes))}`,
		`Refusals:\n\n${list(refusals().map(({ reason }) => reason))}`,
		`Notes of refusals:\n\n${list(refusals().flatMap(({ places }) => places.map(({ message }) => message)))}`,
		`## Verdicts\n\n${list(heard.flatMap(({ sites }) => sites.filter(({ verdict }) => verdict !== 'bug').flatMap(({ evidence }) => evidence.map(({ text }) => text))))}`,
	].join('\n');
}

function wrong(text: string): string[] {
	return FORBIDDEN.flatMap(([words, better]) => {
		const said = words.exec(text)?.[0];
		return said === undefined ? [] : [`"${said}" (better: ${better}) in: ${text}`];
	});
}

/** Lines of a page, those of code blocks empty. */
function prose(page: string): string[] {
	let code = false;
	return page.split('\n').map((line) => {
		const fence = line.startsWith('```');
		if (fence) code = !code;
		return fence || code ? '' : line;
	});
}

function files(folder: string, ending: RegExp): string[] {
	return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
		.filter((name) => ending.test(name))
		.map((name) => join(root, folder, name));
}

describe('messages', () => {
	it('can be read in one file', async () => {
		await expect(rendered()).toMatchFileSnapshot(join(import.meta.dirname, 'messages.snapshot.md'));
	});

	it(`have fewer than ${LONGEST} characters`, () => {
		const long = findings().filter(({ message }) => message.length >= LONGEST);
		expect(distinct(long.map(({ rule, message }) => `${rule}: ${message} (${message.length})`))).toEqual([]);
	});

	it('are one sentence without an end', () => {
		const ended = findings().filter(({ message }) => /[.!?]$|[.!?] [A-Z]/.test(message.replace(/`[^`]*`/g, '')));
		expect(distinct(ended.map(({ rule, message }) => `${rule}: ${message}`))).toEqual([]);
	});
});

describe('the words of kernel developers', () => {
	const sources = ['server/src', 'client/src'].flatMap((folder) => files(folder, /\.ts$/));

	it.each(sources.map((path) => relative(root, path)))('%s', (path) => {
		const texts = literals(readFileSync(join(root, path), 'utf8')).filter(({ text }) => / /.test(text));
		expect(texts.flatMap(({ line, text }) => wrong(text).map((said) => `line ${line}: ${said}`))).toEqual([]);
	});

	const pages = [
		'package.json',
		...['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'],
		...['docs', 'client', 'examples'].flatMap((folder) => files(folder, /\.md$/)).map((path) => relative(root, path)),
	];

	it.each(pages)('%s', (path) => {
		const lines = prose(readFileSync(join(root, path), 'utf8'));
		expect(lines.flatMap((line, i) => wrong(line).map((said) => `line ${i + 1}: ${said}`))).toEqual([]);
	});
});

describe('prose', () => {
	it('is what stands outside of code blocks', () => {
		expect(prose('a\n```c\nb\n```\nc')).toEqual(['a', '', '', '', 'c']);
	});
});

describe('literals', () => {
	it('are found in strings and templates, not in comments and regular expressions', () => {
		const source = ["f('a b', `c $", '{g(`d $', "{1} e`)} f`); // 'no no'\nif (/' '/.test(x)) return \"g h\";"].join(
			'',
		);
		expect(literals(source)).toEqual([
			{ line: 1, text: 'a b' },
			{ line: 1, text: 'c … f' },
			{ line: 1, text: 'd … e' },
			{ line: 2, text: 'g h' },
		]);
	});

	it('with a forbidden word are caught', () => {
		expect(wrong('nothing gives the pages back')).toHaveLength(1);
	});
});
