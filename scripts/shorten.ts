/** Rule pages as the extension packs them: every section, and one example. The repository has them all. */

/** Lines of an example that is packed. */
const LONGEST = 24;

/** `page` without what a reader in the editor does not need: the rest of the examples, which are tests. */
export function shortened(page: string): string {
	const [head = '', ...sections] = page.split(/^(?=## )/m);
	return head + sections.map(section).join('');
}

function section(text: string): string {
	const [before = '', ...examples] = text.split(/^(?=```c)/m);
	const first = examples[0];
	if (first === undefined) return text;
	const block = text.startsWith('## Example') ? (/^```c[\s\S]*?^```$/m.exec(first)?.[0] ?? '') : '';
	return block && block.split('\n').length <= LONGEST
		? `${before}${block}\n\n`
		: `${before.trimEnd().replace(/:$/, '.')}\n\n`;
}
