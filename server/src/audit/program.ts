import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The bundle that judges, beside the one that reads. */
const ENGINE = 'engine.js';

/**
 * Names what computes a result: the version, and the very program where it is built.
 * @param worker script of a worker thread; undefined where the sources run
 */
export function programVersion(version: string, worker: string | undefined): string {
	if (worker === undefined || !existsSync(worker)) return `${version}-source`;
	const hash = createHash('sha1').update(readFileSync(worker));
	hash.update(readFileSync(join(dirname(worker), ENGINE)));
	return `${version}-${hash.digest('hex').slice(0, 12)}`;
}
