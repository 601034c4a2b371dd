/** Is what was installed and built still what the sources ask for? */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * True when node_modules holds the versions of package-lock.json.
 * npm writes down what it installed in node_modules/.package-lock.json; packages for other platforms are not in there.
 */
export function dependenciesFresh(root) {
	const wanted = lockedPackages(join(root, 'package-lock.json'));
	const installed = lockedPackages(join(root, 'node_modules', '.package-lock.json'));
	return Object.entries(wanted).every(([path, { version, optional, peer }]) =>
		path in installed ? installed[path].version === version : path === '' || optional || peer,
	);
}

/** True when every file of dist/ is newer than everything it is built from. */
export function buildFresh(root) {
	const built = times(join(root, 'dist'));
	const sources = [
		'client/src',
		'server/src',
		'esbuild.mjs',
		'scripts/notices.mjs',
		'scripts/shared-client.mjs',
		'scripts/shared-engine.mjs',
		'package-lock.json',
	].flatMap((name) => times(join(root, name)));
	return built.length > 0 && Math.min(...built) > Math.max(...sources);
}

function lockedPackages(path) {
	return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : {};
}

/** Modification times in milliseconds of a file, or of all files below a folder. */
function times(path) {
	if (!existsSync(path)) return [];
	const found = statSync(path);
	if (!found.isDirectory()) return [found.mtimeMs];
	return readdirSync(path).flatMap((name) => times(join(path, name)));
}
