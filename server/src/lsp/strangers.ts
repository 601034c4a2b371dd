import { fileURLToPath, pathToFileURL } from 'node:url';
import { Strangers } from '../workspace/strangers.js';
import type { FindStrangers } from './conversions.js';

/** Searches trees on the disk. */
export function diskStrangers(): FindStrangers {
	const strangers = new Strangers();
	return (claims, root, named) => strangers.to(claims, fileURLToPath(root), (path) => named(pathToFileURL(path).href));
}
