/** A running code-server with one extension in it: what `npm start` and the editor tests share. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, openSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { CodeServer } from './code-server.js';

interface Home {
	/** Absolute path; holds user data, settings, logs and extensions, and is made when missing. */
	readonly folder: string;
	/** VS Code settings of this home. */
	readonly settings: Readonly<Record<string, unknown>>;
	/** Workspaces are opened in Restricted Mode until somebody trusts them. */
	readonly restricted?: boolean;
	/** Variables of the environment, on top of those of this process. */
	readonly variables?: Readonly<Record<string, string>>;
}

export interface Served {
	readonly process: ChildProcess;
	/** Address of a folder (absolute path), with a place of it shown: "a.c" or "a.c:12:3", line and column from 1. */
	url(folder: string, place?: string): string;
	/** Ends the server and waits until it is gone. */
	stop(): Promise<void>;
}

/** How long a server may take to end, in milliseconds; it needs two or three seconds. */
const PATIENCE = 10_000;

/** Nothing here may leave this machine or ask questions. */
const quietSettings: Readonly<Record<string, unknown>> = {
	'telemetry.telemetryLevel': 'off',
	'update.mode': 'none',
	'extensions.autoUpdate': false,
	'extensions.autoCheckUpdates': false,
	'extensions.ignoreRecommendations': true,
	'workbench.enableExperiments': false,
	'workbench.settings.enableNaturalLanguageSearch': false,
	'workbench.startupEditor': 'none',
	'workbench.tips.enabled': false,
	'workbench.secondarySideBar.defaultVisibility': 'hidden',
	'chat.disableAIFeatures': true,
	'chat.commandCenter.enabled': false,
	'security.workspace.trust.startupPrompt': 'never',
	'git.openRepositoryInParentFolders': 'never',
};

const environment = ({ folder, variables }: Home): NodeJS.ProcessEnv => ({
	...process.env,
	...variables,
	XDG_CONFIG_HOME: folder,
	XDG_DATA_HOME: folder,
	EXTENSIONS_GALLERY: '{"serviceUrl":""}',
});

/** Prepares a home and installs a packed extension (absolute path of the .vsix) into it. */
export function furnish({ node, entry }: CodeServer, home: Home, vsix: string): void {
	const { folder } = home;
	const trust = { 'security.workspace.trust.enabled': home.restricted === true };
	const settings = { ...quietSettings, ...trust, ...home.settings };
	mkdirSync(join(folder, 'User'), { recursive: true });
	writeFileSync(join(folder, 'User', 'settings.json'), JSON.stringify(settings, null, '\t'));
	writeFileSync(join(folder, 'config.yaml'), 'auth: none\ncert: false\n');
	const args = [entry, ...dataArguments(folder), '--install-extension', vsix, '--force'];
	const result = spawnSync(node, args, { env: environment(home), encoding: 'utf8' });
	if (result.status !== 0) throw new Error(`installing ${vsix} failed:\n${result.stdout}${result.stderr}`);
}

/**
 * Starts code-server on localhost and waits until it answers.
 * @param port 0 takes a free one
 */
export async function serve({ node, entry }: CodeServer, home: Home, port = 0): Promise<Served> {
	const { folder } = home;
	const chosen = port === 0 ? await freePort() : port;
	const address = `127.0.0.1:${chosen}`;
	const log = openSync(join(folder, 'server.log'), 'w');
	const trust = home.restricted ? [] : ['disable-workspace-trust'];
	const flags = ['disable-telemetry', 'disable-update-check', 'disable-proxy', ...trust];
	const child = spawn(
		node,
		[
			entry,
			...dataArguments(folder),
			...['--bind-addr', address, '--auth', 'none', '--ignore-last-opened', '--disable-getting-started-override'],
			...flags.map((flag) => `--${flag}`),
		],
		{ stdio: ['ignore', log, log], env: environment(home) },
	);
	const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
	await answering(`http://${address}/healthz`, child);
	return {
		process: child,
		url(path, place) {
			const open = [
				['openFile', `vscode-remote://${address}${path}/${place}`],
				['gotoLineMode', 'true'],
			];
			const payload = place === undefined ? '' : `&payload=${encodeURIComponent(JSON.stringify(open))}`;
			return `http://${address}/?folder=${encodeURIComponent(path)}${payload}`;
		},
		async stop() {
			child.kill('SIGTERM');
			// one that hangs while it ends is not waited for
			const patience = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
			await gone;
			clearTimeout(patience);
		},
	};
}

function dataArguments(folder: string): string[] {
	return [
		...['--config', join(folder, 'config.yaml')],
		...['--user-data-dir', folder],
		...['--extensions-dir', join(folder, 'extensions')],
	];
}

/** Waits until an address answers with 200; throws when the process behind it ends or half a minute is over. */
export async function answering(url: string, child: ChildProcess): Promise<void> {
	for (const deadline = Date.now() + 30_000; Date.now() < deadline; ) {
		if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode} before it answered`);
		const ok = await fetch(url, { signal: AbortSignal.timeout(2000) }).then(
			(response) => response.ok,
			() => false,
		);
		if (ok) return;
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
	throw new Error(`no answer from ${url}`);
}

/** A TCP port of localhost that nobody uses at the moment. */
export function freePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const probe = createServer();
		probe.once('error', reject);
		probe.listen(0, '127.0.0.1', () => {
			const address = probe.address();
			probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
		});
	});
}
