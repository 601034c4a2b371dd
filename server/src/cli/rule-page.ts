/** The page of a rule for a reader at a terminal: its blocks are tests too, and what only tests need goes. */

/** A line under the code that tells the tests what must be found there. */
const MARKER = /^\s*\/\/\s*(\^|<--)/;
/** The link to the page of examples. */
const MORE = /^More: \[/;

interface Block {
	readonly code: string;
	/** Words behind "```c": `fixed`, `kernel=6.1`... */
	readonly words: readonly string[];
}

/** A paragraph, or a block of C. */
type Part = string | Block;

interface Section {
	readonly title: string;
	readonly parts: readonly Part[];
}

/** The page for people. */
export function shortPage(markdown: string): string {
	return written(read(markdown));
}

/** The page for people and the other examples, with the blocks that belong together labelled. */
export function fullPage(markdown: string, examples: string): string {
	return `${shortPage(markdown)}\n\n${written(read(examples).map(labelled))}`;
}

function labelled({ title, parts }: Section): Section {
	return {
		title,
		parts: parts.flatMap((part, i) => {
			if (typeof part === 'string') return [part];
			const next = parts[i + 1];
			const after = next !== undefined && isFixed(next);
			const label = isFixed(part) ? 'after' : after ? 'before' : undefined;
			const where = part.words.flatMap((word) => /^kernel=(\d.*)/.exec(word)?.[1] ?? []).map((v) => `kernel ${v}`);
			const words = [label, ...where].filter((word) => word !== undefined).join(', ');
			return words === '' ? [part] : [`${words}:`, part];
		}),
	};
}

function isFixed(part: Part): boolean {
	return typeof part !== 'string' && part.words.includes('fixed');
}

/** The first section has the title of the page. */
function read(markdown: string): Section[] {
	const sections: { title: string; parts: Part[] }[] = [];
	let block: { words: string[]; lines: string[] } | undefined;
	let paragraph: string[] = [];
	const close = () => {
		if (paragraph.length > 0) sections.at(-1)?.parts.push(paragraph.join('\n'));
		paragraph = [];
	};
	for (const line of markdown.split(/\r?\n/)) {
		const heading = block ? null : /^#{1,2} +(.*)$/.exec(line);
		if (line.startsWith('```')) {
			close();
			if (block) sections.at(-1)?.parts.push({ code: block.lines.join('\n'), words: block.words });
			block = block ? undefined : { words: line.slice(3).trim().split(/\s+/).slice(1), lines: [] };
		} else if (block) {
			if (!MARKER.test(line)) block.lines.push(line);
		} else if (heading) {
			close();
			sections.push({ title: heading[1] ?? '', parts: [] });
		} else if (line.trim() === '') close();
		else if (!MORE.test(line)) paragraph.push(line);
	}
	close();
	return sections;
}

function written(sections: readonly Section[]): string {
	return sections
		.filter(({ parts }) => parts.length > 0)
		.map(({ title, parts }) =>
			[`## ${title}`, ...parts.map((part) => (typeof part === 'string' ? part : `\`\`\`c\n${part.code}\n\`\`\``))].join(
				'\n\n',
			),
		)
		.join('\n\n');
}
