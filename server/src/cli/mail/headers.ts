/** Headers of a mail as RFC 5322 and RFC 2047 want them. */
import { oneLine } from '../../workspace/wording.js';

/** Longest encoded word, and longest line that is not broken. */
const WORD = 75;
const LINE = 76;

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
const ASCII = /^[\x00-\x7f]*$/;
/** Names that need no quotes: words of RFC 5322's atext, with blanks between them. */
const ATOMS = /^[\w!#$%&'*+\-/=?^`{|}~]+(?: [\w!#$%&'*+\-/=?^`{|}~]+)*$/;

/** A person or a list. */
export interface Mailbox {
	readonly name: string;
	readonly address: string;
}

/** Text of a header; what is not ASCII becomes encoded words. */
export function encoded(text: string): string {
	const line = oneLine(text);
	if (ASCII.test(line) && !line.includes('=?')) return line;
	const words: string[] = [];
	let chars = '';
	const close = (): void => {
		if (chars !== '') words.push(`=?UTF-8?B?${Buffer.from(chars).toString('base64')}?=`);
		chars = '';
	};
	for (const char of line) {
		const size = Math.ceil(Buffer.byteLength(chars + char) / 3) * 4 + '=?UTF-8?B??='.length;
		if (size > WORD) close();
		chars += char;
	}
	close();
	// blanks between encoded words are no part of the text
	return words.join('\n ');
}

/** `"Dunlin, A." <dunlin@example.org>` */
export function mailbox({ name, address }: Mailbox): string {
	const plain = oneLine(name);
	if (plain === '') return address;
	const shown =
		!ASCII.test(plain) || plain.includes('=?')
			? encoded(plain)
			: ATOMS.test(plain)
				? plain
				: `"${plain.replace(/[\\"]/g, '\\$&')}"`;
	return `${shown} <${address}>`;
}

/** "To: a,\n\tb"; nothing for nobody. */
export function addressHeader(name: string, people: readonly Mailbox[]): string[] {
	return people.length === 0 ? [] : [`${name}: ${people.map(mailbox).join(',\n\t')}`];
}

/** "Subject: ...", broken at blanks where it is long. */
export function textHeader(name: string, text: string): string {
	const value = encoded(text);
	if (value.includes('\n')) return `${name}: ${value}`;
	const lines = [`${name}:`];
	for (const word of value.split(' ')) {
		const last = lines.at(-1) as string;
		if (lines.length > 1 || last !== `${name}:` ? last.length + 1 + word.length > LINE : false) lines.push(` ${word}`);
		else lines[lines.length - 1] = `${last} ${word}`;
	}
	return lines.join('\n');
}

/** `"Dunlin, A." <dunlin@example.org>`, also with quotes and their escapes; undefined where no address is in it. */
export function parseMailbox(text: string): Mailbox | undefined {
	const [, name = '', address = ''] = /^([^<]*)<([^<>\s]+@[^<>\s]+)>/.exec(text) ?? [];
	if (address === '') {
		const [bare] = /^\s*[^\s<>,;"()]+@[^\s<>,;"()]+/.exec(text) ?? [];
		return bare === undefined ? undefined : { name: '', address: bare.trim() };
	}
	const shown = name.trim();
	const quoted = /^"((?:[^"\\]|\\.)*)"$/.exec(shown)?.[1];
	return { name: (quoted ?? shown).replace(quoted === undefined ? /^$/ : /\\(.)/g, '$1').trim(), address };
}
