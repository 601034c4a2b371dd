/** The hunks of a diff name the function they are in, as `git diff` has it for C. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { unified } from '../../server/src/cli/patch.js';
import { scratch } from '../support/scratch.js';

const LIKE = { text: '', encoding: 'utf8', bom: false } as Parameters<typeof unified>[3];

const LINES = (count: number, name: string): string =>
	Array.from({ length: count }, (_, i) => `\t${name}(${i});`).join('\n');

const BEFORE = `#include <linux/mm.h>

static int dunlin_attach(struct dunlin *dun, unsigned long address, unsigned long size, unsigned int flags)
{
${LINES(12, 'a')}
out:
${LINES(12, 'b')}
 put_pages:
${LINES(8, 'c')}
}

struct dunlin_ops ops = {
${LINES(9, 'd')}
};

int
plover_read(void)
{
${LINES(9, 'e')}
}
`;

test.each([
	['a(1)', 'a(11)'],
	['a(11)', 'b(1)', 'b(11)', 'c(7)'],
	['c(1)', 'd(8)', 'e(8)'],
	['#include <linux/mm.h>', 'e(1)'],
])('of changes of %s', (...places) => {
	const after = places.reduce((text, place) => text.replace(place, `${place}+x`), BEFORE);
	const cwd = scratch({ 'x.c': BEFORE, '.gitattributes': '*.c diff=cpp\n' });
	for (const args of [
		['init', '-q'],
		['add', '.'],
	])
		spawnSync('git', args, { cwd });
	writeFileSync(join(cwd, 'x.c'), after);
	const { stdout } = spawnSync('git', ['diff', '--no-color', 'x.c'], { cwd, encoding: 'utf8' });
	expect(String(unified('x.c', BEFORE, after, LIKE))).toBe(stdout.slice(stdout.indexOf('--- a/')));
});
