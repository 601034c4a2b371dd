/** What the commands print as JSON is what docs/json.md says. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { auditOf, CONVERT, TREE } from '../audit/fixtures.js';
import { fixtures } from '../cli/fixtures.js';
import { cli } from '../cli/run.js';
import { Repository } from '../programs/repository.js';

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'json.md'), 'utf8');
const schemas = new Map(
	[...page.matchAll(/^```json (\w+)\n([\s\S]*?)^```/gm)].map(([, name = '', text = '']) => [name, JSON.parse(text)]),
);

test.each([
	['check', ['check', 'drivers', '--format', 'json']],
	['check', ['check', 'drivers/wren.c', '--format', 'json']],
	['b4', ['check', 'drivers', '--format', 'b4']],
	['b4', ['check', 'drivers/wren.c', '--format', 'b4']],
	['gitlab', ['check', 'drivers', '--format', 'gitlab']],
	['gitlab', ['check', 'drivers/wren.c', '--format', 'gitlab']],
	['rules', ['rules', '--format', 'json']],
	['explain', ['explain', 'pin-put-page', '--format', 'json']],
	['explain', ['explain', 'FOLL_LONGTERM', '--format', 'json']],
	['explain', ['explain', 'pin_user_pages', '--format', 'json']],
	['explain', ['explain', 'convert', '--format', 'json']],
	['names', ['explain', '--format', 'json']],
])('%s: gup-lens %j', async (name, argv) => {
	const { stdout } = await cli(argv, { cwd: fixtures });
	const printed = JSON.parse(stdout);
	const validate = new Ajv2020({ allErrors: true }).compile(schemas.get(name) ?? false);
	expect(validate(printed), JSON.stringify(validate.errors)).toBe(true);
	if (name === 'check' && argv.includes('drivers')) expect(printed.findings.length).toBeGreaterThan(5);
});

test('audit: of a folder, of a revision, and compared', async () => {
	const repository = new Repository(TREE);
	writeFileSync(join(repository.root, 'drivers/misc/grab.c'), CONVERT.replace('get_user', 'pin_user'));
	repository.commit();
	const validate = new Ajv2020({ allErrors: true }).compile(schemas.get('audit') ?? false);
	for (const more of [[], ['--rev', 'HEAD~1'], ['--compare', 'HEAD~1..HEAD']]) {
		const printed = JSON.parse((await auditOf([repository.root, '--format', 'json', ...more])).stdout);
		expect(validate(printed), JSON.stringify(validate.errors)).toBe(true);
		expect(printed.sites).toHaveLength(2);
	}
});

test('every schema of the page is held', () => {
	expect([...schemas.keys()]).toEqual(['check', 'audit', 'b4', 'gitlab', 'rules', 'explain', 'names']);
});
