import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { auditInBackground, pageInBackground } from '../audit/background.js';
import { revisionOf } from '../audit/git.js';
import { programVersion } from '../audit/program.js';
import { AuditError } from '../audit/report.js';
import { findRipgrep } from '../audit/ripgrep.js';
import { userCache } from '../audit/userCache.js';
import { tool } from '../version.js';
import type { AuditHost } from './audit.js';
import { Turns } from './turns.js';

const STAGES = { search: 'searching', read: 'reading' } as const;

/**
 * Audits on the disk of this machine, one after the other: two at a time would both take twice as long, and the second finds
 * in the cache what the first one found out.
 * @param program file of this program, with the two wasm files beside it
 */
export function auditHost(program: URL): AuditHost {
	const file = (name: string): string => fileURLToPath(new URL(name, program));
	const worker = fileURLToPath(program);
	const turns = new Turns();
	return {
		async audit({ uri, folders, revision: named, trusted, workspace }, signal, progress) {
			const hasName = typeof named === 'string';
			if (hasName && (named === '' || named.startsWith('-'))) throw new AuditError(`no revision "${named}"`);
			const tree = folderOf(uri);
			const options = {
				tree,
				trusted,
				tool,
				setting: {
					wasm: { core: file('web-tree-sitter.wasm'), grammar: file('tree-sitter-c.wasm') },
					kernel: undefined,
					knownUsers: true,
					prefilter: true,
				},
				cache: { above: userCache(), version: programVersion(tool.version, worker) },
				ripgrep: trusted ? findRipgrep(tree) : undefined,
				worker,
				// one processor stays with the editor
				jobs: Math.max(1, availableParallelism() - 1),
				...(folders && { folders }),
				...(workspace !== undefined && { workspace: { folder: folderOf(workspace), always: true } }),
				...(hasName && { revision: named }),
			};
			const { report, notes, findings } = await turns.take(signal, () =>
				auditInBackground(options, signal, (stage, done, total) =>
					progress(Math.floor((100 * done) / Math.max(total, 1)), `${STAGES[stage]} ${done} of ${total} files`),
				),
			);
			if (hasName) return { report, notes, findings };
			const revision = trusted && !folders ? await revisionOf(tree) : undefined;
			const stamped = { ...report, taken: new Date().toISOString(), ...(revision && { revision }) };
			return { report: stamped, notes, findings };
		},
		page: (report, uri, before) => pageInBackground(report, folderOf(uri), before, worker),
	};
}

function folderOf(uri: string): string {
	try {
		return fileURLToPath(uri);
	} catch (error) {
		throw new AuditError(`${uri} names no folder of this machine: ${(error as Error).message}`);
	}
}
