import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';

/**
 * Names what computes a result: the version, and the very program where it is built.
 * @param worker script of a worker thread; undefined where the sources run
 */
export function programVersion(version: string, worker: string | undefined): string {
	if (worker === undefined || !existsSync(worker)) return `${version}-source`;
	return `${version}-${createHash('sha1').update(readFileSync(worker)).digest('hex').slice(0, 12)}`;
}
