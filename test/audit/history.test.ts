/** What became of the sites from revision to revision. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { rangeOf } from '../../server/src/workspace/revision.js';
import { Repository } from '../programs/repository.js';
import { auditOf, CONVERT, TREE } from './fixtures.js';

/** Three releases with a candidate between them; the second one converts. */
function history(): Repository {
	const repository = new Repository(TREE);
	repository.git('tag', 'v6.1');
	repository.git('commit', '-q', '--allow-empty', '-m', 'rc');
	repository.git('tag', 'v6.2-rc1');
	writeFileSync(
		join(repository.root, 'drivers/misc/grab.c'),
		CONVERT.replace('get_user_pages_fast', 'pin_user_pages_fast'),
	);
	repository.git('commit', '-qam', 'misc: grab: pin user pages');
	repository.git('tag', '-a', '-m', 'v6.2', 'v6.2');
	repository.git('rm', '-q', 'fs/peek.c');
	repository.commit();
	repository.git('tag', 'v6.3');
	return repository;
}

describe('a burn-down over revisions', () => {
	test('names each version with commit and date, and who converted', async () => {
		const repository = history();
		const id = (name: string) => repository.git('rev-parse', `${name}^{commit}`).slice(0, 12);
		const argv = [repository.root, '--compare', 'v6.1..v6.3', '--tags', 'v6.?', '--format', 'json'];
		const { code, stdout, stderr } = await auditOf(argv);
		expect(code, stderr).toBe(0);
		const { comparison, named } = JSON.parse(stdout);
		expect(named).toBe('v6.3');
		expect(comparison.versions).toMatchObject([
			{ label: 'v6.1', revision: id('v6.1'), leftToDo: 1, committed: expect.stringMatching(/^20/) },
			{ label: 'v6.2', revision: id('v6.2') },
			{ label: 'v6.3', revision: id('v6.3'), files: 4 },
		]);
		expect(comparison.steps[0].converted).toMatchObject([
			{
				before: { api: 'get_user_pages_fast' },
				after: { path: 'drivers/misc/grab.c', api: 'pin_user_pages_fast' },
				commits: [{ author: 'Zoe', subject: 'misc: grab: pin user pages' }],
			},
		]);
		expect(comparison.steps[1].gone).toMatchObject([{ path: 'fs/peek.c' }]);
		for (const format of ['text', 'markdown', 'html']) {
			const text = (await auditOf([...argv.slice(0, -1), format])).stdout;
			for (const word of [id('v6.1'), id('v6.2'), id('v6.3'), 'Zoe', 'misc: grab: pin user pages'])
				expect(text).toContain(word);
		}
	});

	test('compares what is checked out with single revisions', async () => {
		const repository = history();
		writeFileSync(join(repository.root, 'drivers/misc/grab.c'), CONVERT);
		const { stdout } = await auditOf([repository.root, '--compare', 'v6.1', '--compare', 'v6.2', '--format', 'json']);
		const { comparison } = JSON.parse(stdout);
		expect(comparison.versions.map(({ label }: { label: string }) => label)).toEqual(['v6.1', 'v6.2', '6.12.3']);
	});

	test('says what it cannot compare', async () => {
		const { root } = history();
		for (const [argv, message] of [
			[['--compare', 'v5.0'], 'v5.0: no such file or folder, and as a revision of'],
			[['--compare', 'v6.1..v9'], 'no revision "v9"'],
			[['--compare', 'v6.1..v6.3', '--tags', 'x*'], '--tags: no tags between v6.1 and v6.3 fit "x*"'],
			[['--compare', 'v6.1', '--tags', 'v*'], '--tags is for --compare A..B'],
		] as const) {
			const { code, stderr } = await auditOf([root, ...argv]);
			expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
		}
	});

	test.each([
		['v6.1..v6.2', { from: 'v6.1', to: 'v6.2' }],
		['HEAD~3..HEAD', { from: 'HEAD~3', to: 'HEAD' }],
		['../linux', undefined],
		['a...b', undefined],
		['a..', undefined],
	])('%s', (name, range) => expect(rangeOf(name)).toEqual(range));
});
