import { homedir, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** The folder of our cache, as the operating system has caches of a user; undefined where it says of none. */
export function userCache(): string | undefined {
	const { platform, env } = process;
	const home = homeFolder();
	const below = (...names: string[]) => home && join(home, ...names);
	if (platform === 'win32') {
		const local = absolute(env.LOCALAPPDATA) ?? below('AppData', 'Local');
		return local && join(local, 'gup-lens', 'Cache');
	}
	// A relative one is to be ignored (XDG Base Directory Specification): it would lie in whatever folder we run in.
	const caches = platform === 'darwin' ? below('Library', 'Caches') : (absolute(env.XDG_CACHE_HOME) ?? below('.cache'));
	return caches && join(caches, 'gup-lens');
}

/** That of the environment, else that of the user's account. */
function homeFolder(): string | undefined {
	for (const find of [homedir, () => userInfo().homedir]) {
		try {
			const home = absolute(find());
			if (home !== undefined) return home;
		} catch {
			// An account without an entry: a container runs as any number.
		}
	}
	return undefined;
}

function absolute(path: string | undefined): string | undefined {
	return path !== undefined && isAbsolute(path) ? path : undefined;
}
