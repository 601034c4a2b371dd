/** What was compared when a kernel version was read for the table: the digest of its headers and of mm/gup.c. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { treeHeaders } from '../../server/src/syntax/prototypes.js';
import { read } from '../kernel/trees.js';

/** Version -> first 16 hex digits of `digestOf` its tree. A new row of `READ` needs one: `npm run evidence -- TREE` prints it. */
export const EVIDENCE: Readonly<Record<string, string>> = {
	'6.1.192': '82e5e17bb626293b',
	'6.12.117': '260337265dfc913a',
	'7.3.4': 'aae5974e36d78df9',
};

/** Read before digests were kept. Grows no more. */
export const WITHOUT_DIGEST: ReadonlySet<string> = new Set([
	'4.19.0',
	'5.2.1',
	'5.4.59',
	'5.6.4',
	'5.7.14',
	'5.8.1',
	'5.9.1',
	'5.10.7',
	'5.11.0',
	'5.14.0',
	'5.15.24',
	'5.17.0',
	'5.19.0',
	'6.0.19',
	'6.2.1',
	'6.3.8',
	'6.4.6',
	'6.5.0',
	'6.6.9',
	'6.8.1',
	'6.9.0',
	'6.11.11',
	'6.13.7',
	'6.14.0',
	'6.19.0',
	'7.1.5',
	'7.2.13',
]);

/** @param root of a kernel tree; files that it does not have count as absent */
export function digestOf(root: string): string {
	const hash = createHash('sha256');
	for (const path of [...treeHeaders, 'mm/gup.c']) {
		const text = existsSync(join(root, path)) ? read(root, path) : '';
		hash.update(`${path} ${text.length}\n${text}`);
	}
	return hash.digest('hex').slice(0, 16);
}
