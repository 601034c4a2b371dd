/** Paths for programs: `explain --flow --format json`, and the code flows of SARIF. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import published from '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import type { Log, Result, ThreadFlowLocation } from 'sarif';
import { describe, expect, test } from 'vitest';
import { scratch } from '../support/scratch.js';
import { fixtures } from './fixtures.js';
import { cli } from './run.js';

const PLOVER = readFileSync(join(fixtures, 'flow', 'plover.c'), 'utf8');

/** Line (from 1) of the first place where `text` stands in the driver. */
function lineOf(text: string, code = PLOVER): number {
	return code.slice(0, code.indexOf(text)).split('\n').length;
}

/** Pins in one file, releases in another. */
const OPEN = `struct scaup { struct page **pages; int nr; };
void scaup_put(struct page **pages, int nr);

int scaup_open(struct scaup *scaup, unsigned long addr, int nr)
{
	int got = pin_user_pages_fast(addr, nr, FOLL_LONGTERM, scaup->pages);

	if (got < 0)
		return got;
	if (got < nr) {
		scaup_put(scaup->pages, got);
		return -EFAULT;
	}
	scaup->nr = got;
	return 0;
}
`;
const PUT = `void scaup_put(struct page **pages, int nr)
{
	unpin_user_pages(pages,
			 nr);
}
`;

describe('explain --flow --format json', () => {
	const json = async (place: string, cwd = fixtures) => {
		const { code, stdout } = await cli(['explain', '--flow', place, '--kernel', '6.12', '--format', 'json'], { cwd });
		expect(code).toBe(0);
		return JSON.parse(stdout);
	};

	test('has every path with places and the state of the pages', async () => {
		const told = await json(`flow/plover.c:${lineOf('4, FOLL_WRITE, pages')}`);
		const line = lineOf('ret = plover_grab');
		const caller = told.pages[1];
		expect(caller).toMatchObject({
			reference: 'pin',
			into: 'pages',
			asked: '4',
			acquire: { name: 'pin_user_pages_fast', function: 'plover_grab', via: { name: 'plover_grab' } },
		});
		expect(caller.paths.map(({ ending }: { ending: { kind: string } }) => ending.kind)).toEqual([
			'short-left',
			'released',
			'none',
		]);
		const [call] = caller.paths[0].steps;
		expect(call).toMatchObject({ kind: 'call', callee: 'plover_grab', function: 'plover_peek', depth: 0 });
		expect(call.at).toEqual({
			path: 'flow/plover.c',
			start: { line, column: 12 },
			end: { line, column: 23 },
		});
		expect(caller.paths[0].steps.at(-1)).toMatchObject({
			kind: 'end',
			pages: { obtained: { least: 0, most: 3 }, released: { least: 0, most: 0 }, left: { least: 0, most: 3 } },
		});
	});

	test('leads into other files', async () => {
		const cwd = scratch({ 'drivers/open.c': OPEN, 'drivers/put.c': PUT });
		const told = await json(`drivers/open.c:${lineOf('pin_user_pages_fast', OPEN)}`, cwd);
		const path = told.pages[0].paths.find(({ ending }: { ending: { kind: string } }) => ending.kind === 'released');
		const inner = path.steps.find(({ depth }: { depth: number }) => depth === 1);
		expect(inner).toMatchObject({ kind: 'release', callee: 'unpin_user_pages', function: 'scaup_put' });
		expect(inner.at).toEqual({ path: 'drivers/put.c', start: { line: 3, column: 2 }, end: { line: 3, column: 18 } });
	});

	test('says in words why there is nothing', async () => {
		const told = await json(`flow/plover.c:${lineOf('return a + 1')}`);
		expect(told).toMatchObject({ pages: [], function: 'plover_nothing', onLine: false });
		expect(told.nothing).toContain('plover_nothing()');
	});

	test('knows its formats', async () => {
		const unknown = await cli(['explain', '--flow', 'flow/plover.c:20', '--format', 'xml'], { cwd: fixtures });
		expect(unknown.code).toBe(2);
	});
});

const { id: _, $schema: __, ...schema } = published;
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
addFormats(ajv);
const validate = ajv.compile(schema);

async function results(path: string, cwd: string, ...more: string[]): Promise<Result[]> {
	const { stdout } = await cli(['check', path, '--kernel', '6.12', '--format', 'sarif', ...more], { cwd });
	const log: Log = JSON.parse(stdout);
	expect(validate(log), ajv.errorsText(validate.errors)).toBe(true);
	return log.runs[0]?.results ?? [];
}

function steps(result: Result | undefined): readonly ThreadFlowLocation[] {
	return result?.codeFlows?.[0]?.threadFlows[0]?.locations ?? [];
}

describe('SARIF code flows', () => {
	test('are the paths of a finding, with the state of the pages at each step', async () => {
		const found = await results('flow/plover.c', fixtures);
		const leak = found.find(({ ruleId }) => ruleId === 'gup-leak');
		expect(leak?.codeFlows).toHaveLength(1);
		expect(
			steps(leak).map(({ location, state, kinds, importance }) => [
				location?.physicalLocation?.region?.startLine,
				state?.pages?.text,
				kinds?.join(' '),
				importance,
			]),
		).toEqual([
			[
				lineOf('got = get_user_pages_fast(addr, 1, 0'),
				'0 or 1 referenced, not checked yet',
				'acquire resource',
				'important',
			],
			[lineOf('got != 1'), '1 referenced, 1 left', 'branch false', 'unimportant'],
			[lineOf('size > PAGE_SIZE'), '1 referenced, 1 left', 'branch true', 'unimportant'],
			[lineOf('return -EINVAL'), '1 referenced, 1 left', 'exit function danger', 'essential'],
		]);
	});

	test('tell a helper by its nesting, and a wrong release as the end', async () => {
		const found = await results('flow/plover.c', fixtures);
		const partial = steps(found.find(({ ruleId }) => ruleId === 'gup-partial-leak'));
		expect(partial.map(({ nestingLevel }) => nestingLevel)).toEqual([0, 1, 1, 0, 0, 0]);
		expect(partial.map(({ executionOrder }) => executionOrder)).toEqual([1, 2, 3, 4, 5, 6]);
		const twice = steps(found.find(({ ruleId }) => ruleId === 'gup-double-release'));
		expect(twice.at(-1)?.kinds).toContain('danger');
		expect(twice.at(-2)?.state?.pages?.text).toBe('1 referenced, 1 released, 0 left');
	});

	test('are left out where a finding is about no path, and go with what a baseline or a change leaves', async () => {
		const found = await results('drivers', fixtures);
		expect(found.some(({ codeFlows }) => codeFlows === undefined)).toBe(true);
		const cwd = scratch({ 'a.c': PLOVER });
		const before = await cli(['check', 'a.c', '--kernel', '6.12', '--format', 'json'], { cwd });
		const known = JSON.parse(before.stdout);
		known.findings = known.findings.filter(({ rule }: { rule: string }) => rule !== 'gup-leak');
		const beside = scratch({ 'a.c': PLOVER, 'known.json': JSON.stringify(known) });
		const left = await results('a.c', beside, '--baseline', 'known.json');
		expect(left.map(({ ruleId, codeFlows }) => [ruleId, codeFlows?.length])).toEqual([['gup-leak', 1]]);
	});
});
