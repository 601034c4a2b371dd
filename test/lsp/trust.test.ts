/** Which programs the server starts for a workspace: those of this machine where it is trusted, else none. */
import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, test, vi } from 'vitest';
import type { WorkspaceDiagnosticReport } from 'vscode-languageserver/node';
import { findProgram } from '../../server/src/programs/find.js';
import { CONVERT, TREE } from '../audit/fixtures.js';
import { Repository } from '../programs/repository.js';
import { scratch } from '../support/scratch.js';
import { MODERN, Session } from './session.js';

let session: Session | undefined;
afterEach(async () => {
	await session?.end();
	vi.unstubAllEnvs();
});

/** Puts programs before the real ones that leave a trace and go on as those. @returns names of those that were started */
function traced(): () => readonly string[] {
	const bin = scratch();
	const traces = scratch();
	for (const name of ['git', 'rg']) {
		const real = findProgram(name, undefined);
		const goOn = real === undefined ? 'exit 127' : `exec ${real} "$@"`;
		writeFileSync(join(bin, name), `#!/bin/sh\ntouch ${join(traces, name)}\n${goOn}\n`);
		chmodSync(join(bin, name), 0o755);
	}
	vi.stubEnv('PATH', [bin, process.env.PATH].join(delimiter));
	return () => readdirSync(traces).sort();
}

/** A repository that would have a program run, with a file that git ignores. */
function hostile(): Repository {
	const repository = new Repository({ ...TREE, '.gitignore': 'built.mod.c\n', 'built.mod.c': CONVERT });
	repository.git('rm', '-q', '--cached', '-f', '--ignore-unmatch', 'built.mod.c');
	repository.git('config', 'core.fsmonitor', repository.trap);
	return repository;
}

/** Audits it, both ways there are. */
async function audited(repository: Repository, trusted: boolean | undefined) {
	const uri = pathToFileURL(repository.root).href;
	session = await Session.start({
		capabilities: MODERN,
		folders: [uri],
		initializationOptions: { workspaceDiagnostics: true, ...(trusted === undefined ? {} : { trusted }) },
	});
	const { connection } = session;
	const answer = await connection.sendRequest<{ report: { sites: { path: string }[] }; notes: string[] }>(
		'gup-lens/audit',
		{ uri },
	);
	let found: readonly string[] = [];
	for (let tries = 0; tries < 100 && found.length === 0; tries++) {
		const { items } = await connection.sendRequest<WorkspaceDiagnosticReport>('workspace/diagnostic', {
			previousResultIds: [],
		});
		found = items.map((item) => item.uri);
	}
	return {
		sites: answer.report.sites.map(({ path }) => path),
		notes: answer.notes.join('\n'),
		found,
		sprung: repository.sprung,
	};
}

test('in a workspace that is not trusted none is started, and that is told', async () => {
	const repository = hostile();
	const started = traced();
	const { sites, notes, found } = await audited(repository, false);
	expect(started()).toEqual([]);
	expect(sites).toEqual(['built.mod.c', 'drivers/misc/grab.c', 'fs/peek.c']);
	expect(found.length).toBeGreaterThan(0);
	expect(notes).toContain('files ignored by git are audited too: the workspace is not trusted');
});

test.each([true, undefined])(
	'else git and ripgrep are, and nothing of the repository (trusted: %s)',
	async (trusted) => {
		const repository = hostile();
		const started = traced();
		const { sites, notes, sprung } = await audited(repository, trusted);
		expect(started()).toEqual(findProgram('rg', undefined) ? ['git', 'rg'] : ['git']);
		expect(sprung).toBe(false);
		expect(sites).toEqual(['drivers/misc/grab.c', 'fs/peek.c']);
		expect(notes).not.toContain('ignores');
	},
);
