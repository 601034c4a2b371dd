import { createTwoFilesPatch } from 'diff';
import { corpus, engine } from '../test/kernel/corpus.js';
import { applyEdits } from '../server/src/rules/apply.js';
const [tree, ...paths] = process.argv.slice(2);
const { files, kernel } = await corpus(tree as any);
for (const { path, text, neighbours } of files) {
	if (!paths.some((p) => path.startsWith(p))) continue;
	const file = engine.open();
	const options = { path, kernel, neighbours, fixes: false };
	const raw = (file as any);
	for (const d of file.drafts(text, options)) {
		console.log('=== draft', path, d.conversion.title, d.offer.refusal?.reason);
		for (const x of d.decisions) console.log('  ?', x.message);
		for (const p of new Set(d.conversion.edits.map((e) => e.path))) {
			const before = p === undefined ? text : neighbours.find((o) => o.path === p)!.text;
			console.log(createTwoFilesPatch(p ?? path, p ?? path, before, applyEdits(before, d.conversion.edits.filter((e) => e.path === p))));
		}
	}
	if (process.env.WHY) {}
	file.dispose();
}
