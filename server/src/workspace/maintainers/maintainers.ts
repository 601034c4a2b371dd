/** Who maintains a file, as scripts/get_maintainer.pl --no-git tells: MAINTAINERS is read as data, no script is run. */
import { statSync } from 'node:fs';
import { readSource } from '../read.js';
import { isAddress, type Mailbox, parseMailboxes } from './mailboxes.js';
import { Mailmap } from './mailmap.js';
import { Pattern, type Steps } from './pattern.js';

/** Steps of all patterns for one patch: some seconds. */
const MOST_STEPS = 20_000_000;
/** UTF-16 units of a line in which keywords are looked for. */
const LONGEST_LINE = 2_000;

/** Wants no mail of everything that matches everything. Source: scripts/get_maintainer.pl, @penguin_chief. */
const CHIEF = 'torvalds@linux-foundation.org';

/** Whom a patch goes to. */
export interface Recipients {
	readonly maintainers: readonly Mailbox[];
	readonly reviewers: readonly Mailbox[];
	readonly lists: readonly Mailbox[];
	/** False where the patterns took too long: somebody may be missing. */
	readonly complete: boolean;
}

interface Tag {
	readonly letter: string;
	readonly value: string;
}

/** The tags of one entry, in their order. */
type Section = readonly Tag[];

function sectionsOf(text: string): Section[] {
	const sections: Tag[][] = [];
	let open: Tag[] | undefined;
	for (const line of text.split(/\r?\n/)) {
		if (line.length > LONGEST_LINE) continue;
		const [, letter, value = ''] = /^([A-Z]):\s*(.*)$/.exec(line) ?? [];
		if (letter === undefined) {
			// a title, or whatever else is no tag, ends an entry
			if (!/^\s*(?:#|$)/.test(line)) open = undefined;
			continue;
		}
		if (!open) {
			open = [];
			sections.push(open);
		}
		open.push({ letter, value });
	}
	return sections;
}

function slashes(text: string): number {
	return text.split('/').length - 1;
}

/** "a/b" of "a/b*.c": what a path has to begin with. */
function literalStart(glob: string): string {
	return /^[\w\-/, ]*/.exec(glob)?.[0] ?? '';
}

/** Reads MAINTAINERS of a tree once. */
export class Maintainers {
	readonly #root: string;
	readonly #sections: readonly Section[];
	readonly #mailmap: Mailmap;
	readonly #patterns = new Map<string, Pattern | undefined>();

	/** @param root of the tree, absolute. A tree without the file has no maintainers. */
	constructor(root: string) {
		const text = (name: string): string => {
			const read = readSource(`${root}/${name}`, undefined, false);
			return read.kind === 'text' ? read.source.text : '';
		};
		this.#root = root;
		this.#sections = sectionsOf(text('MAINTAINERS'));
		this.#mailmap = new Mailmap(text('.mailmap'));
	}

	/**
	 * @param files paths from the top of the tree
	 * @param patch the whole mail, in which keywords are looked for
	 */
	of(files: readonly string[], patch = ''): Recipients {
		const steps: Steps = { left: MOST_STEPS };
		const chosen: Section[] = [];
		for (const file of [...new Set(files)].sort()) {
			const found = this.#sections.flatMap((section) => {
				const depth = this.#depth(section, file, steps);
				return depth === undefined ? [] : [{ section, depth }];
			});
			chosen.push(...found.sort((a, b) => b.depth - a.depth).map(({ section }) => section));
		}
		const lines = patch === '' ? [] : searched(patch);
		for (const section of this.#sections) if (this.#hasKeyword(section, lines, steps)) chosen.push(section);
		return { ...this.#recipients(new Set(chosen)), complete: steps.left >= 0 };
	}

	/** How closely an entry fits a file; undefined where it does not. */
	#depth(section: Section, file: string, steps: Steps): number | undefined {
		let depth: number | undefined;
		for (const { letter, value } of section)
			if (letter === 'X' && this.#fits(value, file, steps) !== undefined) return undefined;
		for (const { letter, value } of section) {
			if (letter === 'F') depth = this.#fits(value, file, steps) ?? depth;
			else if (letter === 'N' && this.#pattern(value)?.isIn(file, steps)) depth = 0;
		}
		return depth;
	}

	/** `F:` or `X:`: the depth of the pattern where it fits. */
	#fits(glob: string, file: string, steps: Steps): number | undefined {
		if (!file.startsWith(literalStart(glob).replace(/ .*$/, ''))) return undefined;
		const isFolder = !glob.endsWith('/') && /^[\w\-/]+$/.test(glob) && file.startsWith(`${glob}/`);
		const whole = isFolder && this.#isFolder(glob) ? `${glob}/` : glob;
		const source = whole.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.');
		const ends = source.endsWith('/');
		if (!ends && slashes(file) !== slashes(source)) return undefined;
		// blanks of a name stand for themselves: Perl's /x is for N: and K:
		if (!this.#pattern(`^${source.replace(/[\s#]/g, '\\$&')}`)?.isIn(file, steps)) return undefined;
		return source.startsWith('.*') ? -1 : slashes(source) + (ends ? 0 : 1);
	}

	#isFolder(path: string): boolean {
		return statSync(`${this.#root}/${path}`, { throwIfNoEntry: false })?.isDirectory() ?? false;
	}

	#pattern(source: string): Pattern | undefined {
		if (!this.#patterns.has(source)) this.#patterns.set(source, Pattern.of(source));
		return this.#patterns.get(source);
	}

	#hasKeyword(section: Section, lines: readonly Searched[], steps: Steps): boolean {
		return section.some(
			({ letter, value }) =>
				letter === 'K' &&
				steps.left > 0 &&
				lines.some(({ line, isDiff }) => this.#pattern(isDiff ? `^[+-].*${value}` : value)?.isIn(line, steps)),
		);
	}

	#recipients(sections: ReadonlySet<Section>): Omit<Recipients, 'complete'> {
		const people: { letter: string; mailbox: Mailbox }[] = [];
		const names = new Set<string>();
		const addresses = new Set<string>();
		const lists = new Map<string, Mailbox>();
		for (const section of sections)
			for (const { letter, value } of section) {
				if (letter === 'L') addList(value, lists);
				if (letter !== 'M' && letter !== 'R') continue;
				for (const one of parseMailboxes(value)) {
					const mailbox = this.#mailmap.of(one);
					const isKnown = names.has(mailbox.name.toLowerCase()) || addresses.has(mailbox.address.toLowerCase());
					if (isKnown || mailbox.address === CHIEF) continue;
					if (mailbox.name !== '') names.add(mailbox.name.toLowerCase());
					addresses.add(mailbox.address.toLowerCase());
					people.push({ letter, mailbox });
				}
			}
		const of = (wanted: string): Mailbox[] =>
			people.filter(({ letter }) => letter === wanted).map(({ mailbox }) => mailbox);
		return { maintainers: of('M'), reviewers: of('R'), lists: [...lists.values()] };
	}
}

/** `L: list@example.org (moderated for non-subscribers)` */
function addList(value: string, lists: Map<string, Mailbox>): void {
	const [, address = '', more = ''] = /^(\S+)\s*(.*)$/.exec(value) ?? [];
	// those take mail of nobody else
	if (!isAddress(address) || more.includes('subscribers-only')) return;
	if (!lists.has(address.toLowerCase())) lists.set(address.toLowerCase(), { name: '', address });
}

interface Searched {
	readonly line: string;
	/** Behind the first file name of the diff: only what is added or removed counts. */
	readonly isDiff: boolean;
}

/** Lines of a patch in which scripts/get_maintainer.pl looks for keywords. */
function searched(patch: string): Searched[] {
	let isDiff = false;
	return patch.split('\n').flatMap((line): Searched[] => {
		if (/^(?:\+\+\+|---)\s+\S/.test(line)) {
			isDiff = true;
			return [];
		}
		const isHead = /^(?:diff --git |@@ -\d+,\d+|rename (?:from|to) | mode change |Fixes:\s)/.test(line);
		return isHead ? [] : [{ line: line.slice(0, LONGEST_LINE), isDiff }];
	});
}
