import picocolors from 'picocolors';
import { printable } from './formats/snippet.js';

const WIDTH = 100;

/** Markdown for a terminal: headings, code and emphasis in colour or plain, prose wrapped, links with their address. */
export function render(markdown: string, colour: boolean): string {
	const colours = picocolors.createColors(colour);
	const inline = (text: string): string =>
		text
			.replace(/\[([^\]]+)\]\((\w+:[^)\s]+)\)/g, '$1 ($2)')
			.replace(/\[([^\]]+)\]\([^)\s]+\)/g, '$1')
			.replace(/\*\*(?=\S)(.+?)\*\*/g, (_, inner: string) => colours.bold(inner))
			.replace(/`([^`]+)`/g, (_, inner: string) => (colour ? colours.cyan(inner) : inner))
			.replace(/\\([\\`*_{}[\]()#+.!<>|-])/g, '$1');
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
			if (heading) return [colours.bold(inline(heading[1] ?? ''))];
			if (/^(---|\*\*\*)$/.test(line)) return [''];
			return wrap(line).map(inline);
		});
	return `${lines
		.join('\n')
		.replace(/\n{3,}/g, '\n\n')
		.trim()}\n`;
}

/** Breaks a paragraph at blanks; the following lines are indented like the text of a list item. */
function wrap(line: string): string[] {
	if (line.length <= WIDTH || line.startsWith('|')) return [line];
	const indent = ' '.repeat(/^\s*(?:[-*] |\d+\. )?/.exec(line)?.[0].length ?? 0);
	const lines: string[] = [];
	let rest = line;
	while (rest.length > WIDTH) {
		const at = rest.lastIndexOf(' ', WIDTH);
		if (at <= indent.length) break;
		lines.push(rest.slice(0, at));
		rest = indent + rest.slice(at + 1);
	}
	return [...lines, rest];
}
