/** Names with addresses, as MAINTAINERS, .mailmap and git have them. */

/** A person or a list. */
export interface Mailbox {
	/** Without quotes; "" where there is none. */
	readonly name: string;
	readonly address: string;
}

/** Of an address: nothing that ends one, and nothing that is acted on and not seen. */
const PART = '[^\\s<>,;"()@\\\\\\p{C}\\p{Z}]+';
const BARE = new RegExp(`^\\s*(${PART}@${PART})`, 'u');
const NAMED = new RegExp(`^([^<]*)<(${PART}@${PART})>`, 'u');
const ONLY = new RegExp(`^${PART}@${PART}$`, 'u');

/** The text is an address and nothing else. */
export function isAddress(text: string): boolean {
	return ONLY.test(text);
}

/** `"Dunlin, A." <dunlin@example.org>`, with or without quotes, or an address alone; undefined where none is in it. */
export function parseMailbox(text: string): Mailbox | undefined {
	const [, written = '', address] = NAMED.exec(text) ?? [];
	if (address === undefined) {
		const bare = BARE.exec(text)?.[1];
		return bare === undefined ? undefined : { name: '', address: bare };
	}
	const shown = written.trim();
	const quoted = /^"(.*)"$/.exec(shown)?.[1];
	return { name: quoted === undefined ? shown : quoted.replace(/\\(.)/g, '$1').trim(), address };
}

/** All of a list with commas, which names in quotes may have as well. */
export function parseMailboxes(text: string): Mailbox[] {
	const parts = text.match(/(?:"(?:[^"\\]|\\.)*"|<[^>]*>|[^,])+/g) ?? [];
	const found = parts.flatMap((part) => parseMailbox(part.trim()) ?? []);
	// a comma in a name without quotes: "Dunlin, A. <dunlin@example.org>"
	const [only] = text.includes('<') && found.length < parts.length ? [parseMailbox(text)] : [];
	return only ? [only] : found;
}
