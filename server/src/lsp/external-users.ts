import { fileURLToPath, pathToFileURL } from 'node:url';
import { ExternalUsers } from '../workspace/external-users.js';
import type { FindExternalUsers } from './conversions.js';

/** Searches trees on the disk. */
export function externalUsersOnDisk(): FindExternalUsers {
	const strangers = new ExternalUsers();
	return (claims, root, named) => strangers.to(claims, fileURLToPath(root), (path) => named(pathToFileURL(path).href));
}
