import published from '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import type { Log, Result } from 'sarif';
import { describe, expect, test } from 'vitest';
import { scratch } from '../support/scratch.js';
import { fixtures, PIN_FLAG } from './fixtures.js';
import { cli } from './run.js';

/** The published schema is draft 4, which differs from later ones in the name of `id` alone in what it uses. */
const { id: _, $schema: __, ...schema } = published;
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
addFormats(ajv);
const validate = ajv.compile(schema);

async function sarif(argv: readonly string[], cwd: string): Promise<Log> {
	const { stdout } = await cli(['check', ...argv, '--kernel', '6.12', '--format', 'sarif'], { cwd });
	const log = JSON.parse(stdout);
	expect(validate(log), ajv.errorsText(validate.errors)).toBe(true);
	return log;
}

const resultsOf = (log: Log): Result[] => log.runs[0]?.results ?? [];

describe('SARIF', () => {
	test('the schema refuses what is wrong', async () => {
		const log = JSON.parse(JSON.stringify(await sarif(['drivers'], fixtures)));
		log.runs[0].columnKind = 'bytes';
		expect(validate(log)).toBe(false);
	});

	test('says what the text says, with rules, fixes and related places', async () => {
		const log = await sarif(['drivers'], fixtures);
		const [run] = log.runs;
		expect(log.version).toBe('2.1.0');
		expect(run?.columnKind).toBe('utf16CodeUnits');
		const rules = run?.tool.driver.rules ?? [];
		expect(rules.length).toBeGreaterThan(10);
		for (const rule of rules) expect(rule.help?.markdown).toContain(`# ${rule.id}`);
		const results = resultsOf(log);
		expect(results.map((result) => result.level)).toEqual(['warning', 'error', 'note', 'error', 'error', 'warning']);
		for (const result of results) expect(rules[result.ruleIndex as number]?.id).toBe(result.ruleId);
		const put = results.find((result) => result.ruleId === 'pin-put-page');
		expect(put?.locations?.[0]).toEqual({
			physicalLocation: {
				artifactLocation: { uri: 'drivers/heron.c', uriBaseId: '%SRCROOT%' },
				region: { startLine: 17, startColumn: 4, endLine: 17, endColumn: 12 },
			},
			logicalLocations: [{ name: 'heron_map', kind: 'function' }],
		});
		expect(put?.relatedLocations?.[0]?.physicalLocation?.region?.startLine).toBe(14);
		expect(put?.fixes?.[0]?.artifactChanges[0]?.replacements[0]).toEqual({
			deletedRegion: { startLine: 17, startColumn: 4, endLine: 17, endColumn: 12 },
			insertedContent: { text: 'unpin_user_page' },
		});
	});

	test('nothing found is valid too, and so are failures and strange names', async () => {
		const cwd = scratch({ 'ok.c': 'int x;\n', 'a b%20#?é.c': PIN_FLAG });
		expect(resultsOf(await sarif(['ok.c'], cwd))).toEqual([]);
		const strange = resultsOf(await sarif(['a b%20#?é.c'], cwd))[0]?.locations?.[0]?.physicalLocation?.artifactLocation;
		expect(decodeURIComponent(strange?.uri as string)).toBe('a b%20#?é.c');
		const failed = await sarif(['gone.c'], cwd);
		expect(failed.runs[0]?.invocations?.[0]).toMatchObject({
			executionSuccessful: false,
			toolExecutionNotifications: [{ message: { text: 'no such file or folder' } }],
		});
	});

	test('fingerprints survive lines above and differ between equal findings', async () => {
		const twice = PIN_FLAG + PIN_FLAG.replace('#include <linux/mm.h>\n', '').replace('swift', 'other');
		const cwd = scratch({ 'a.c': twice });
		const prints = async () => resultsOf(await sarif(['a.c'], cwd)).map((result) => result.partialFingerprints);
		const before = await prints();
		expect(new Set(before.map((print) => JSON.stringify(print))).size).toBe(2);
		const moved = scratch({ 'a.c': `/* new */\n\n${twice.replaceAll('\treturn', '\t\treturn')}` });
		expect(resultsOf(await sarif(['a.c'], moved)).map((result) => result.partialFingerprints)).toEqual(before);
	});
});
