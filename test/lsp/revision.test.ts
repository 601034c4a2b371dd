/** An audit over the protocol is compared with a revision. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import type { AuditAnswer } from '../../server/src/lsp/audit.js';
import { CONVERT, TREE } from '../audit/fixtures.js';
import { Repository } from '../programs/repository.js';
import { MODERN, Session } from './session.js';

let session: Session;
afterEach(() => session.end());

async function opened(trusted: boolean) {
	const repository = new Repository(TREE);
	writeFileSync(join(repository.root, 'drivers/misc/grab.c'), CONVERT.replace('get_user', 'pin_user'));
	const uri = pathToFileURL(repository.root).href;
	session = await Session.start({ capabilities: MODERN, folders: [uri], initializationOptions: { trusted } });
	const audit = (params = {}) => session.connection.sendRequest<AuditAnswer>('gup-lens/audit', { uri, ...params });
	return { repository, uri, audit };
}

test('whose sites it tells, and the page draws the burn-down', async () => {
	const { repository, uri, audit } = await opened(true);
	const now = await audit();
	const { report, findings } = await audit({ revision: 'HEAD' });
	const apis = ({ sites }: AuditAnswer['report']) => sites.map(({ api }) => api);
	expect(apis(report)).toEqual(['get_user_pages_fast', 'pin_user_pages_fast']);
	expect(apis(now.report)).toEqual(['pin_user_pages_fast', 'pin_user_pages_fast']);
	const commit = repository.git('rev-parse', 'HEAD').slice(0, 12);
	expect(report).toMatchObject({ named: 'HEAD', revision: commit, partial: false });
	expect(findings).toEqual({});
	const page = await session.connection.sendRequest<string>('gup-lens/auditPage', { uri });
	expect(page).toContain('Burn-down');
	expect(page).toContain(`HEAD: ${commit} of 20`);
	for (const revision of ['v9', '--all', ''])
		await expect(audit({ revision })).rejects.toThrow(`no revision "${revision}"`);
});

test('which is refused in a workspace that is not trusted', async () => {
	const { audit } = await opened(false);
	await expect(audit({ revision: 'HEAD' })).rejects.toThrow('the workspace is not trusted');
});
