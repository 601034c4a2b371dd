/** A hover is read in ten seconds: how long it is, over everything that is explained and every call of a real kernel. */
import { describe, expect, it } from 'vitest';
import { kernelTree } from '../../scripts/trees.js';
import { aboutCall, hoverAt } from '../../server/src/explain/index.js';
import { MOST_AT_ONCE, MOST_LINES, shownLines } from '../../server/src/explain/layout.js';
import { API_RECORDS } from '../../server/src/kernel/apis/index.js';
import { FLAG_RECORDS } from '../../server/src/kernel/flags.js';
import { kernelFor } from '../../server/src/kernel/index.js';
import { corpus, engine, named } from './corpus.js';

const VERSIONS = ['4.19', '5.4', '5.10', '6.1', '6.12', '7.3'];

interface Measured {
	readonly what: string;
	readonly atOnce: number;
	readonly lines: number;
	readonly markdown: string;
}

function measured(what: string, markdown: string): Measured {
	const [first = ''] = markdown.split('\n\n**More**');
	return { what, atOnce: shownLines(first), lines: shownLines(markdown), markdown };
}

/** Holds the longest of them, by name, so that a failure says which. */
function holdShort(all: readonly Measured[]): void {
	const most = (by: 'atOnce' | 'lines') => all.reduce((a, b) => (b[by] > a[by] ? b : a));
	const [head, whole] = [most('atOnce'), most('lines')];
	console.info(`longest hover: ${head.atOnce} lines at once (${head.what}), ${whole.lines} in all (${whole.what})`);
	expect(head.atOnce, head.markdown).toBeLessThanOrEqual(MOST_AT_ONCE);
	expect(whole.lines, whole.markdown).toBeLessThanOrEqual(MOST_LINES);
	for (const { what, markdown } of all) expect(markdown, what).not.toMatch(/\bcase \d/);
}

describe('a hover has at most 12 lines before "More" and 20 in all', () => {
	it('on every function and flag of every kernel', () => {
		const all = VERSIONS.flatMap((version) =>
			[...API_RECORDS, ...FLAG_RECORDS].map(({ name }) => {
				const text = `int f(void)\n{\n\treturn ${name}(a);\n}\n`;
				const hover = hoverAt(text, text.indexOf(name), { path: 'drivers/x/y.c', kernel: kernelFor(version) });
				return measured(`${name} of ${version}`, hover?.markdown ?? '');
			}),
		);
		holdShort(all);
	});

	it.skipIf(!kernelTree('6.12'))(
		named('on every call of 6.12, with the verdict in its first line', '6.12'),
		async () => {
			const { files, kernel } = await corpus('6.12');
			const all: Measured[] = [];
			for (const { path, text, neighbours } of files) {
				const options = { path, kernel, neighbours, fixes: false } as const;
				const file = engine.open();
				const audit = file.audit(text, options);
				const toLine = () => '[trans\\_common.c:1234](file:///tree/net/9p/trans_common.c#L1234)';
				for (const { start, api, verdict } of audit.sites) {
					const site = file.siteAt(text, options, audit, start);
					const about = aboutCall(site, file.partnersAt(text, options, start), start, toLine, (words) => words);
					expect(site?.verdict, `${path}: ${api}`).toBe(verdict);
					const hover = hoverAt(text, start, { path, kernel, site: () => about });
					if (!hover) continue;
					const [first = ''] = hover.markdown.split('\n');
					expect(first).toBe(about.verdict);
					expect(shownLines(first), first).toBe(1);
					all.push(measured(`${api} in ${path}`, hover.markdown));
				}
				file.dispose();
			}
			expect(all.length).toBeGreaterThan(80);
			holdShort(all);
		},
		120_000,
	);
});
