import picocolors from 'picocolors';
import { printable } from '../workspace/wording.js';

const WIDTH = 100;

type Colours = ReturnType<typeof picocolors.createColors>;

/** Code, bold, emphasis, links and escaped characters; what is inside code stays as it is. */
const INLINE =
	/`([^`]+)`|\*\*(?=\S)(.+?)\*\*|(?<![\w*\\])\*(?=[^\s*])([^*`]*[^\s*`])\*(?![\w*])|\[([^\]]+)\]\(([^)\s]+)\)|\\([\\`*_{}[\]()#+.!<>|-])/g;

/** A label such as "**Locking** call with...", whose weight alone sets it off where there is colour. */
const LABEL = /^(\s*)\*\*([^*]*[^*.:!?])\*\*(?=\s|$)/;

/**
 * Markdown for a terminal: headings, code and emphasis in colour or plain, prose wrapped, links with their address.
 * Paragraphs stand on one line each.
 */
export function render(markdown: string, colour: boolean): string {
	const colours = picocolors.createColors(colour);
	let fenced = false;
	const lines = printable(markdown)
		.replace(/<!--[\s\S]*?-->\n?/g, '')
		.split(/\r?\n/)
		.flatMap((line) => {
			if (line.startsWith('```')) {
				fenced = !fenced;
				return [];
			}
			if (fenced) return [`    ${line}`.trimEnd()];
			const heading = /^#{1,6} +(.*)$/.exec(line);
			if (heading) return [colours.bold(inline(heading[1] ?? '', colours))];
			if (/^(---|\*\*\*)$/.test(line)) return [''];
			return wrap(inline(line.replace(LABEL, '$1**$2:**').trimEnd(), colours));
		});
	return `${lines
		.join('\n')
		.replace(/\n{3,}/g, '\n\n')
		.replace(/^\n+|\s+$/g, '')}\n`;
}

function inline(text: string, colours: Colours): string {
	return text.replace(INLINE, (_, code, bold, emphasis, label, address, escaped) => {
		if (code !== undefined) return colours.cyan(code);
		if (bold !== undefined) return colours.bold(inline(bold, colours));
		if (emphasis !== undefined) return colours.italic(inline(emphasis, colours));
		if (escaped !== undefined) return escaped;
		const shown = inline(label, colours);
		return /^\w+:/.test(address) ? `${shown} (${address})` : shown;
	});
}

/** Breaks a paragraph at blanks; the following lines are indented like the text of a list item. */
function wrap(line: string): string[] {
	if (columns(line) <= WIDTH || line.startsWith('|')) return [line];
	const head = /^\s*(?:[-*] |\d+\. )?/.exec(line)?.[0] ?? '';
	const indent = ' '.repeat(head.length);
	const lines: string[] = [];
	let current = '';
	for (const word of line.slice(head.length).split(' ')) {
		const longer = current === '' ? word : `${current} ${word}`;
		if (current !== '' && head.length + columns(longer) > WIDTH) {
			lines.push(current);
			current = word;
		} else current = longer;
	}
	return [...lines, current].map((text, i) => (i === 0 ? head : indent) + text);
}

/** Length without the codes of colours. */
function columns(text: string): number {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
	return text.replace(/\u001b\[\d+m/g, '').length;
}
