/**
 * The source of the newest kernel that Debian has, from the mirror that this machine's own sources name. The state of
 * apt lies in a folder of its own, so that the machine's packages stay as they are; no root is needed.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Newer than any stable Debian has. They move on, and so does what is found in them. */
const SUITES = ['trixie-backports', 'sid'];
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Runs a command, throws when it fails. */
export function run(command: string, args: readonly string[], cwd?: string): string {
	const { error, status, stdout } = spawnSync(command, args, {
		cwd,
		encoding: 'utf8',
		stdio: ['ignore', 'pipe', 'inherit'],
		env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
		maxBuffer: 1 << 28,
	});
	if (error) throw error;
	if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed with ${status}`);
	return stdout;
}

/**
 * Downloads the package and takes it apart.
 * @param folder for everything that this makes
 * @returns path of the archive with the tree
 */
export function fetchNewestSource(folder: string): string {
	const own = privateApt(folder, mirror());
	run('apt-get', [...own, 'update', '-qq']);
	const name = newestOf(run('apt-cache', [...own, 'pkgnames', 'linux-source-']).split('\n'));
	if (!name) throw new Error(`no package linux-source-<version> in ${SUITES.join(', ')}`);
	console.error(`downloading ${name}`);
	run('apt-get', [...own, '-qq', 'download', name], folder);
	const deb = readdirSync(folder).find((file) => file.startsWith(`${name}_`) && file.endsWith('.deb'));
	if (!deb) throw new Error(`apt-get downloaded no ${name}`);
	const files = join(folder, 'package');
	run('dpkg', ['-x', join(folder, deb), files]);
	return join(files, 'usr', 'src', `${name}.tar.xz`);
}

/** Of names of packages the one with the highest version: numbers, not text, are compared. */
export function newestOf(names: readonly string[]): string | undefined {
	const rank = (name: string): number => {
		const version = /^linux-source-(\d+)\.(\d+)$/.exec(name);
		return version ? Number(version[1]) * 1000 + Number(version[2]) : 0;
	};
	return names.filter(rank).sort((a, b) => rank(b) - rank(a))[0];
}

/** The archive of Debian, as the machine's own sources have it. */
function mirror(): string {
	const targets = run('apt-get', [
		...['indextargets', '--no-release-info', '--format', '$(REPO_URI)'],
		...['Identifier: Packages'],
	]);
	const found = targets.split('\n').find((uri) => /\/debian\/?$/.test(uri));
	if (!found) throw new Error('no source of packages on this machine is a mirror of Debian');
	return found;
}

/** Options that give apt a state, a cache and sources of its own. */
function privateApt(folder: string, uri: string): string[] {
	const apt = join(folder, 'apt');
	mkdirSync(join(apt, 'lists', 'partial'), { recursive: true });
	mkdirSync(join(apt, 'archives', 'partial'), { recursive: true });
	writeFileSync(
		join(apt, 'sources.list'),
		SUITES.map((suite) => `deb [signed-by=${KEYRING}] ${uri} ${suite} main\n`).join(''),
	);
	writeFileSync(
		join(apt, 'apt.conf'),
		[
			`Dir::State "${apt}";`,
			`Dir::Cache "${apt}";`,
			`Dir::Etc::sourcelist "${apt}/sources.list";`,
			'Dir::Etc::sourceparts "/dev/null";',
			// the folder belongs to who runs this
			'APT::Sandbox::User "root";',
			'Acquire::Languages "none";',
			'Acquire::Retries "3";',
			// commands of the machine that clean its cache and tell its desktop
			'#clear APT::Update::Pre-Invoke;',
			'#clear APT::Update::Post-Invoke;',
			'#clear APT::Update::Post-Invoke-Success;',
		].join('\n'),
	);
	return ['-c', join(apt, 'apt.conf')];
}
