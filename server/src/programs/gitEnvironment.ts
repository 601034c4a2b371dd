import { isAbsolute } from 'node:path';
import { environmentOutside } from './find.js';

/** A variable of git's configuration with the value it shall have. */
export type Setting = readonly [key: string, value: string];

/**
 * What stands above the configuration of the repository: every variable by which one makes the commands used here start
 * a program, fetch, write, or enter a submodule (git 2.50, Documentation/config/).
 */
const SETTINGS: readonly Setting[] = [
	['core.fsmonitor', 'false'],
	['core.hooksPath', process.platform === 'win32' ? 'NUL' : '/dev/null'],
	['core.sshCommand', 'false'],
	['core.gitProxy', 'false'],
	['core.askPass', ''],
	['core.alternateRefsCommand', 'false'],
	['core.quotePath', 'false'],
	['credential.helper', ''],
	['diff.autoRefreshIndex', 'false'],
	['diff.ignoreSubmodules', 'all'],
	['fetch.recurseSubmodules', 'false'],
	['gc.auto', '0'],
	['gpg.program', 'false'],
	['gpg.openpgp.program', 'false'],
	['gpg.ssh.program', 'false'],
	['gpg.x509.program', 'false'],
	['log.mailmap', 'false'],
	['log.showSignature', 'false'],
	['maintenance.auto', 'false'],
	['protocol.allow', 'never'],
	['safe.bareRepository', 'explicit'],
	['submodule.recurse', 'false'],
];

const VARIABLES: Readonly<Record<string, string>> = {
	GIT_ALLOW_PROTOCOL: 'none',
	GIT_LITERAL_PATHSPECS: '1',
	GIT_NO_LAZY_FETCH: '1',
	GIT_NO_REPLACE_OBJECTS: '1',
	GIT_OPTIONAL_LOCKS: '0',
	GIT_PAGER: 'cat',
	GIT_TERMINAL_PROMPT: '0',
	LC_ALL: 'C',
};

/** Who the user is: the only variables of git that are passed on. */
const IDENTITY = /^git_author_(?:name|email)$/i;

/** Folders of configuration: a relative one would be one of the repository. */
const HOMES: ReadonlySet<string> = new Set(['HOME', 'XDG_CONFIG_HOME']);

/**
 * The environment of git for a repository that nobody trusts. Configuration goes through variables of its own, since `-c`
 * splits a name at its first "=".
 * @param folder that nobody trusts, absolute
 * @param more settings above those that always hold
 */
export function gitEnvironment(folder: string, more: readonly Setting[]): Record<string, string | undefined> {
	const own = Object.entries(environmentOutside(folder)).filter(
		([name, value]) =>
			(IDENTITY.test(name) || !/^git_/i.test(name)) && !(HOMES.has(name.toUpperCase()) && !isAbsolute(value ?? '')),
	);
	const settings = [...SETTINGS, ...more];
	return {
		...Object.fromEntries(own),
		...VARIABLES,
		GIT_CONFIG_COUNT: String(settings.length),
		...Object.fromEntries(
			settings.flatMap(([key, value], i) => [
				[`GIT_CONFIG_KEY_${i}`, key],
				[`GIT_CONFIG_VALUE_${i}`, value],
			]),
		),
	};
}
