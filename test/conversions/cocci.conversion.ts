/** Coccinelle makes of each file what the conversion makes of it, from the semantic patch alone. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kernelTree, TREE_NAMES } from '../../scripts/trees.js';
import { semanticPatch } from '../../server/src/engine.js';
import { conversionsOf } from '../kernel/conversions.js';
import { scratch } from '../support/scratch.js';

const isMissing = spawnSync('spatch', ['--version']).error !== undefined;

/** Tokens without white space, without brackets around one statement, and without comments: Coccinelle changes none. */
function bare(text: string): string {
	return text.replace(/("(?:\\.|[^"\\\n])*")|\/\*[\s\S]*?\*\/|\/\/.*/g, '$1').replace(/[\s{}]+/g, '');
}

const trees = TREE_NAMES.filter((tree) => kernelTree(tree));

describe.skipIf(isMissing).each(trees)(
	'semantic patches for the kernel %s (apt-get install coccinelle)',
	async (tree) => {
		const all = (await conversionsOf(tree)).filter(({ conversion }) => conversion && conversion.hunks.length > 0);

		it.each(all.map((outcome) => [outcome.path, outcome] as const))('%s', (_, { conversion, texts }) => {
			const cwd = scratch();
			writeFileSync(join(cwd, 'pin.cocci'), conversion ? semanticPatch([conversion]) : '');
			for (const [path, { before, after }] of texts) {
				const name = basename(path);
				writeFileSync(join(cwd, name), before);
				execFileSync('spatch', ['--very-quiet', '--in-place', '--sp-file', 'pin.cocci', name], { cwd, stdio: 'pipe' });
				expect(bare(readFileSync(join(cwd, name), 'utf8'))).toBe(bare(after));
			}
		});
	},
);
