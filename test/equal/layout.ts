/** The text laid out differently, and functions in another order. */
import { tokenize } from '../../server/src/syntax/tokens.js';
import { type Code, field, topLevel } from './code.js';
import type { Rewriting } from './rewriting.js';

/** Offsets in the function between two tokens where a blank may stand more. */
function gaps(code: Code): number[] {
	const text = code.text(code.node);
	const { starts } = tokenize(text);
	// `->` and `+=` are tokens of several characters each
	const splits = /[^\w\s()[\]{};,][^\w\s()[\]{};,]/;
	return [...starts].slice(1).filter((at) => !splits.test(text.slice(at - 1, at + 1)));
}

function header(text: string, node: { readonly start: number }, body: { readonly start: number }): string {
	return text.slice(node.start, body.start).trim();
}

/** The functions of a text in reverse order behind their prototypes; undefined where something else stands between them. */
function reordered(text: string): string | undefined {
	const nodes = topLevel(text);
	const functions = nodes.filter(({ type }) => type === 'function_definition');
	const [first, last] = [functions[0], functions.at(-1)];
	if (!first || !last || functions.length < 2) return undefined;
	const between = nodes.filter(({ start, end }) => start >= first.start && end <= last.end);
	if (between.some(({ type }) => type !== 'function_definition')) return undefined;
	const parts = functions.map((node) => ({ node, body: field(node, 'body') }));
	if (parts.some(({ body, node }) => !body || /^\s*#/m.test(text.slice(node.start, node.end)))) return undefined;
	const prototypes = parts.map(({ node, body }) => `${header(text, node, body ?? node)};`).join('\n');
	const turned = [...functions]
		.reverse()
		.map((node) => text.slice(node.start, node.end))
		.join('\n\n');
	return `${text.slice(0, first.start)}${prototypes}\n\n${turned}${text.slice(last.end)}`;
}

function prototyped(text: string): string | undefined {
	const functions = topLevel(text).filter(({ type }) => type === 'function_definition');
	const [first] = functions;
	if (!first || functions.some(({ start, end }) => /^\s*#/m.test(text.slice(start, end)))) return undefined;
	const prototypes = functions.map((node) => `${header(text, node, field(node, 'body') ?? node)};`).join('\n');
	return `${text.slice(0, first.start)}${prototypes}\n\n${text.slice(first.start)}`;
}

export const LAYOUT: readonly Rewriting[] = [
	{ name: 'two blanks', places: (code) => gaps(code).map((at) => [code.insert(at, '  ')]) },
	{ name: 'a comment between tokens', places: (code) => gaps(code).map((at) => [code.insert(at, ' /* c */ ')]) },
	{ name: 'a token a line', places: (code) => gaps(code).map((at) => [code.insert(at, '\n')]) },
	{
		name: 'a line',
		places: (code) =>
			gaps(code).flatMap((at) => {
				const before = /\s*$/.exec(code.between(0, at))?.[0] ?? '';
				return before.includes('\n') && !code.text(code.node).includes('//')
					? [[code.replace({ start: at - before.length, end: at }, ' ')]]
					: [];
			}),
	},
	{ name: 'lines joined by a backslash', places: (code) => gaps(code).map((at) => [code.insert(at, ' \\\n\t')]) },
	{
		name: 'comment lines between statements',
		places: (code) =>
			code.nodes.flatMap((node) =>
				code.isListed(node) && node.named
					? [[code.insert(node.start, '/* what follows is equal */\n\t// still\n\t')]]
					: [],
			),
	},
	{ name: 'CRLF', whole: (text) => text.replace(/\r?\n/g, '\r\n') },
	{ name: 'without indentation', whole: (text) => (/\\\n/.test(text) ? undefined : text.replace(/^[\t ]+/gm, '')) },
	{ name: 'blank lines', whole: (text) => (/\\\n/.test(text) ? undefined : text.replace(/\n/g, '\n\n')) },
	{ name: 'functions in reverse order', whole: reordered, moves: true },
	{ name: 'prototypes', whole: prototyped, moves: true },
];
