/**
 * `npm run triage -- 6.12`: rows of test/kernel/triage-<tree>.md for the findings of a tree that the page does not have yet,
 * to be judged by a reader, and the rows it has that are found no more.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { analyse, corpus } from '../test/kernel/corpus.js';
import type { TreeName } from './trees.js';

const tree = (process.argv[2] ?? '6.12') as TreeName;
const page = readFileSync(join(import.meta.dirname, '..', 'test', 'kernel', `triage-${tree}.md`), 'utf8');
const judged = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map((row) => row[1] as string);
const { files, kernel } = await corpus(tree);
for (const file of files) {
	const { path, text } = file;
	for (const f of analyse(file, kernel).findings) {
		const row = [path, f.function, f.severity, f.rule, ...f.tags].join(' ');
		const known = judged.indexOf(row);
		if (known >= 0) judged.splice(known, 1);
		else console.log(`| \`${row}\` | ? | line ${text.slice(0, f.start).split('\n').length}: ${f.message} |`);
	}
}
for (const row of judged) console.log(`no longer found: ${row}`);
