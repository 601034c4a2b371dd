import { type MarkupContent, MarkupKind } from 'vscode-languageserver';
import { printable } from '../workspace/wording.js';

/** Markdown for clients that draw it, the same words without its marks for the others. */
export function toMarkup(markdown: string, drawn: boolean): MarkupContent {
	const safe = printable(markdown);
	return drawn ? { kind: MarkupKind.Markdown, value: safe } : { kind: MarkupKind.PlainText, value: toPlain(safe) };
}

/** Drops fences, emphasis and code marks, writes links as "text (address)" and bold labels as "Label: ". Code blocks keep their text as it is. */
export function toPlain(markdown: string): string {
	return markdown
		.split(/^```.*\n?/m)
		.map((part, i) => (i % 2 === 1 ? part : plainProse(part)))
		.join('')
		.replace(/\n{3,}/g, '\n\n')
		.trim();
}

function plainProse(text: string): string {
	return text
		.replace(/\[([^\]]+)\]\(([^)\s]+)\)/g, '$1 ($2)')
		.replace(/^#{1,6} +/gm, '')
		.replace(/^(---|\*\*\*)$/gm, '')
		.replace(/`([^`\n]+)`/g, '$1')
		.replace(/ +$/gm, '')
		.replace(/^\*\*([^*\n]*\w)\*\* (?=\S)/gm, '$1: ')
		.replace(/(\*\*|__)(?=\S)(.+?)(?<=\S)\1/g, '$2')
		.replace(/(?<![\w*])([*_])(?=[^\s*_])([^*_\n]+?)(?<=\S)\1(?![\w*])/g, '$2')
		.replace(/\\([\\`*_{}[\]()#+.!<>|-])/g, '$1');
}
