/** Debian packages the tests use, where this machine can install them. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Names in packages.txt that are not installed; all of them on a system without dpkg. */
export function missingPackages() {
	const wanted = readFileSync(join(import.meta.dirname, 'packages.txt'), 'utf8')
		.split('\n')
		.filter(Boolean);
	// biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own placeholders
	const { stdout } = spawnSync('dpkg-query', ['-W', '-f', '${db:Status-Status} ${Package}\n', ...wanted], {
		encoding: 'utf8',
	});
	const installed = new Set((stdout ?? '').split('\n').flatMap((line) => line.match(/^installed (\S+)/)?.[1] ?? []));
	return wanted.filter((name) => !installed.has(name));
}

/** @returns why they cannot be installed, undefined when all went well */
export function installPackages(names) {
	const command = `apt-get install -y --no-install-recommends ${names.join(' ')}`;
	if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).error) return `as root on Debian: ${command}`;
	const apt = (args) =>
		spawnSync('apt-get', ['-qq', ...args], {
			stdio: ['ignore', 'ignore', 'inherit'],
			env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
		}).status === 0;
	return apt(['update']) && apt(['install', '-y', '--no-install-recommends', ...names])
		? undefined
		: `failed: ${command}`;
}
