import { relative, resolve } from 'node:path';
import type { Conversion, Offer } from '../engine.js';
import { realpath } from '../programs/find.js';
import { author, Git, GitError } from '../programs/git.js';
import { oneLine } from '../workspace/wording.js';

const COLUMNS = 72;

/** What a pin is for, by the case of Documentation/core-api/pin_user_pages.rst. */
const CASES: Readonly<Record<Conversion['case'], string>> = {
	1: 'CASE 1 (direct I/O: a device reaches the data)',
	2: 'CASE 2 (the pages are held for as long as user space wants)',
	5: 'CASE 5 (the CPU writes the data)',
};

function wrapped(text: string): string {
	const lines = [''];
	for (const word of text.split(/\s+/)) {
		const last = lines.at(-1) as string;
		if (last !== '' && last.length + 1 + word.length > COLUMNS) lines.push(word);
		else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
	}
	return lines.join('\n');
}

function listed(names: readonly string[]): string {
	const called = names.map((name) => `${name}()`);
	return called.length < 2 ? called.join('') : `${called.slice(0, -1).join(', ')} and ${called.at(-1)}`;
}

/** "misc: vmw_vmci", from a path in the tree. */
function prefixOf(path: string): string {
	const [top = '', ...rest] = path.split('/');
	const file = rest.pop() ?? top;
	const stem = file.replace(/\.\w+$/, '');
	if (top === 'arch') return rest.filter((folder) => folder !== 'kernel').join('/');
	const folders = rest.length > 1 || top !== 'drivers' ? rest : [...rest, stem];
	return folders.join(': ') || stem;
}

/** The prefix most of the last commits to a file have; undefined outside a repository, or where they have none. */
async function usualPrefix(root: string, path: string): Promise<string | undefined> {
	const log = ['log', '-n', '30', '--no-merges', '--no-show-signature', '--no-mailmap', '--format=%s', '--'];
	const subjects = await Git.around(root)
		.then((git) => git.run([...log, relative(git.top, resolve(realpath(root), path))]))
		.catch((error) => {
			if (error instanceof GitError) return '';
			throw error;
		});
	const counts = new Map<string, number>();
	for (const subject of subjects.split('\n')) {
		const prefix = /^((?:[\w/.,+-]+: )+)/.exec(subject)?.[1]?.slice(0, -2);
		if (prefix && !/^(?:treewide|Revert)/.test(prefix)) counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
	}
	return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}

/** A conversion as a mail that `git am` takes. */
export interface Letter {
	readonly offer: Offer;
	readonly conversion: Conversion;
	/** Path of the file with the taking call, from the top of the tree. */
	readonly path: string;
	/** Folder the diff applies in. */
	readonly root: string;
	/** Unified diff with a/ and b/, in the bytes of the files. */
	readonly diff: Buffer;
}

function body({ offer, conversion }: Letter): string {
	const { api, former, takers, releasers, longterm } = conversion;
	const takes = `${listed(takers)} ${takers.length > 1 ? 'take' : 'takes'} plain references on user pages with ${listed(former)}`;
	const why = offer.isTidy
		? `${takes}, which is on its way out. Here ${offer.why}: the conversion retires the old function, it mends nothing.`
		: `${takes}, but ${offer.why}. Writeback and fork() cannot tell such pages from others that nobody uses, ${offer.isRead ? 'so the data that is read may be of a page that the process has no more' : 'so data may be lost'}. This is ${CASES[conversion.case]} of Documentation/core-api/pin_user_pages.rst.`;
	const twins = longterm ? `${api}() and FOLL_LONGTERM` : `${api}()`;
	return [
		why,
		`Pin the pages with ${twins} instead, and give the pins back with unpin_user_page*() in ${listed(releasers)}.`,
		`To test: use what calls ${listed(takers)} on anonymous, shared and file-backed buffers, error paths included, on a kernel with CONFIG_DEBUG_VM=y. Afterwards nr_foll_pin_acquired and nr_foll_pin_released of /proc/vmstat must have grown by the same number.`,
	]
		.map(wrapped)
		.join('\n\n');
}

/**
 * One mail of a series.
 * @param number from 1
 */
export async function mail(letter: Letter, number: number, all: number): Promise<Buffer> {
	const { conversion, path, root, diff } = letter;
	const prefix = (await usualPrefix(root, path)) ?? prefixOf(path);
	const what = `convert ${conversion.former.map((name) => `${name}()`).join(', ')} to ${conversion.api}()`;
	const series = all > 1 ? `[PATCH ${number}/${all}]` : '[PATCH]';
	const from = (await author(root)) ?? 'Unknown Author <unknown@localhost>';
	const words = [
		'From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001',
		`From: ${oneLine(from)}`,
		`Date: ${new Date().toUTCString().replace('GMT', '+0000')}`,
		`Subject: ${series} ${oneLine(prefix)}: ${what}`,
		'MIME-Version: 1.0',
		'Content-Type: text/plain; charset=UTF-8',
		'Content-Transfer-Encoding: 8bit',
		'',
		body(letter),
		'---',
		...conversion.notes.map((note) => wrapped(`Note: ${note}.`)),
		'',
		'',
	];
	return Buffer.concat([Buffer.from(words.join('\n')), diff, Buffer.from('-- \ngup-lens\n\n')]);
}
