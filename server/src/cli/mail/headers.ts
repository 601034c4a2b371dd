/** Headers of a mail as RFC 5322 and RFC 2047 want them. */
import type { Mailbox } from '../../workspace/maintainers/mailboxes.js';
import { oneLine } from '../../workspace/wording.js';

/** Longest encoded word. */
const WORD = 75;

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
const ASCII = /^[\x00-\x7f]*$/;
/** Names that need no quotes: words of RFC 5322's atext, with blanks between them. */
const ATOMS = /^[\w!#$%&'*+\-/=?^`{|}~]+(?: [\w!#$%&'*+\-/=?^`{|}~]+)*$/;

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

/** "Subject: ...", in one line where it is ASCII: b4 0.12 takes no other. */
export function textHeader(name: string, text: string): string {
	return `${name}: ${encoded(text)}`;
}
