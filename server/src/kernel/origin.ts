/** Where the facts of a kernel come from, in the same words everywhere. */
import { beyondTable } from './releases.js';
import type { Kernel } from './types.js';

const WORDS: Readonly<Record<Kernel['origin'], string>> = {
	tree: 'from the headers of this tree',
	headers: 'from the headers it is built with',
	option: 'as set',
	newest: 'assumed, the newest known',
};

/**
 * "from the headers of this tree", with what weakens it: "as set; newer than the table knows: treated as 7.3".
 * @param verified false where the facts were never read in a kernel of that range
 * @param setBy what set it, where that is known: "as set by .gup-lens.json"
 */
export function originOf({ origin, release }: Kernel, verified = true, setBy?: string): string {
	const beyond = origin === 'option' ? beyondTable(release) : undefined;
	const doubt = beyond ?? (verified ? undefined : 'not checked against the source of this version');
	const words = origin === 'option' && setBy !== undefined ? `${WORDS[origin]} by ${setBy}` : WORDS[origin];
	return doubt === undefined ? words : `${words}; ${doubt}`;
}
