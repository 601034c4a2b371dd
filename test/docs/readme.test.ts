/** What the README shows is what the program prints. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli } from '../cli/run.js';

const root = join(import.meta.dirname, '..', '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
/** Lines below "```diff fix ARGUMENTS". */
const diffs = [...readme.matchAll(/^```diff fix (.*)\n([\s\S]*?)^```$/gm)].map(
	([, args = '', text = '']) => [args, text.trimEnd().split('\n')] as const,
);

describe('the README', () => {
	it('shows three findings as they are printed', async () => {
		const shown = [...readme.matchAll(/^```text check\n(.*)\n```$/gm)].map(([, line]) => line as string);
		const { stdout } = await cli(['check', 'examples', '--kernel', '6.12'], { cwd: root });
		expect(shown).toHaveLength(3);
		expect(shown.filter((line) => !stdout.split('\n').includes(line))).toEqual([]);
	});

	it.each(diffs)('shows what "fix %s" changes', async (args, lines) => {
		const { stdout } = await cli(['fix', '--dry-run', '--kernel', '6.12', ...args.split(' ')], { cwd: root });
		const printed = stdout.split('\n').map((line) => line.trimEnd());
		expect(lines.filter((line) => !printed.includes(line.trimEnd()))).toEqual([]);
	});

	it('has a diff for each finding', () => {
		expect(diffs).toHaveLength(3);
	});
});
