/** A .mailmap: who is meant by a name or an address that is no longer theirs. */
import { type Mailbox, parseMailbox } from './mailboxes.js';

/** UTF-16 units of a line that somebody has written. */
const LONGEST = 1_000;

const ENTRY = /^([^<]*)<([^<>]+)>(?:([^<]*)<([^<>]+)>)?$/;

function keyOf({ name, address }: Mailbox): string {
	return `${name} <${address}>`;
}

/** As scripts/get_maintainer.pl reads it. */
export class Mailmap {
	readonly #names = new Map<string, string>();
	readonly #addresses = new Map<string, string>();

	constructor(text: string) {
		for (const raw of text.split('\n')) {
			if (raw.length > LONGEST) continue;
			const line = (raw.split('#')[0] ?? '').trim();
			const [, name = '', address = '', wrongName = '', wrongAddress] = ENTRY.exec(line) ?? [];
			if (address === '') continue;
			const real = parseMailbox(`${name.trim()} <${address}>`);
			if (!real) continue;
			const wrong = wrongAddress === undefined ? undefined : { name: wrongName.trim(), address: wrongAddress };
			const key = wrong === undefined ? real.address : wrong.name === '' ? wrong.address : keyOf(wrong);
			if (real.name !== '') this.#names.set(key, real.name);
			if (wrong) this.#addresses.set(key, real.address);
		}
	}

	/** Whoever is meant. */
	of(mailbox: Mailbox): Mailbox {
		const whole = keyOf(mailbox);
		const key = this.#names.has(whole) || this.#addresses.has(whole) ? whole : mailbox.address;
		return { name: this.#names.get(key) ?? mailbox.name, address: this.#addresses.get(key) ?? mailbox.address };
	}
}
