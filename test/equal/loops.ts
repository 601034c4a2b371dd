/** Loops written differently. */
import type { PlainNode } from '../../server/src/syntax/parser.js';
import { type Code, field, stripped } from './code.js';
import type { Rewriting } from './rewriting.js';

interface ForLoop {
	readonly node: PlainNode;
	readonly init: string;
	readonly condition: string;
	readonly update: string;
	readonly body: PlainNode;
}

function forLoops(code: Code): ForLoop[] {
	return code.ofType('for_statement').flatMap((node) => {
		const body = field(node, 'body');
		const init = field(node, 'initializer');
		const text = (name: string): string => {
			const part = field(node, name);
			return part ? code.text(part) : '';
		};
		if (!body) return [];
		const semicolon = init?.type === 'declaration' ? '' : ';';
		return [
			{
				node,
				init: init ? `${code.text(init)}${semicolon}` : '',
				condition: text('condition'),
				update: text('update'),
				body,
			},
		];
	});
}

function whileLoops(code: Code, type = 'while_statement') {
	return code.ofType(type).flatMap((node) => {
		const [condition, body] = [field(node, 'condition'), field(node, 'body')];
		return condition && body ? [{ node, condition, body }] : [];
	});
}

function isEndless(code: Code, condition: PlainNode): boolean {
	return /^(?:1|true)$/.test(code.text(stripped(condition)));
}

/** The head of a loop: from its start to its body. */
function head(code: Code, node: PlainNode, body: PlainNode, text: string) {
	return code.replace({ start: node.start, end: body.start }, text);
}

export const LOOPS: readonly Rewriting[] = [
	{
		name: 'for -> while',
		places: (code) =>
			forLoops(code).flatMap(({ node, init, condition, update, body }) => {
				if (code.leaves(body, 'continue')) return [];
				const test = condition === '' ? '1' : condition;
				return [[head(code, node, body, `{ ${init} while (${test}) { `), code.insert(body.end, ` ${update}; } }`)]];
			}),
	},
	{
		name: 'for (init; ...) -> init; for (; ...)',
		places: (code) =>
			forLoops(code).flatMap(({ node, init, condition, update, body }) =>
				init === ''
					? []
					: [[head(code, node, body, `{ ${init} for (; ${condition}; ${update}) `), code.insert(node.end, ' }')]],
			),
	},
	{
		name: 'for (...; c; ...) -> if (!c) break;',
		places: (code) =>
			forLoops(code).flatMap(({ node, init, condition, update, body }) =>
				condition === ''
					? []
					: [
							[
								head(code, node, body, `{ ${init} for (; ; ${update}) { if (!(${condition})) break; `),
								code.insert(node.end, ' } }'),
							],
						],
			),
	},
	{
		name: 'for -> if (c) do while (c)',
		moves: true,
		places: (code) =>
			forLoops(code).flatMap(({ node, init, condition, update, body }) =>
				condition === '' || code.leaves(body, 'continue')
					? []
					: [
							[
								head(code, node, body, `{ ${init} if (${condition}) do { `),
								code.insert(body.end, ` ${update}; } while (${condition}); }`),
							],
						],
			),
	},
	{
		name: 'while -> for',
		places: (code) =>
			whileLoops(code).map(({ node, condition, body }) => [
				head(code, node, body, `for (; ${code.text(stripped(condition))}; ) `),
			]),
	},
	{
		name: 'while (c) -> while (1) if (!c) break;',
		places: (code) =>
			whileLoops(code).flatMap(({ node, condition, body }) =>
				isEndless(code, condition)
					? []
					: [
							[
								head(code, node, body, `while (1) { if (!${code.text(condition)}) break; `),
								code.insert(node.end, ' }'),
							],
						],
			),
	},
	{
		name: 'while (1) -> for (;;)',
		places: (code) =>
			whileLoops(code).flatMap(({ node, condition, body }) =>
				isEndless(code, condition) ? [[head(code, node, body, 'for (;;) ')]] : [],
			),
	},
	{
		name: 'for (;;) -> while (true)',
		places: (code) =>
			forLoops(code).flatMap(({ node, init, condition, update, body }) =>
				init === '' && condition === '' && update === '' ? [[head(code, node, body, 'while (true) ')]] : [],
			),
	},
	{
		name: 'do while (c) -> while (1) if (!c) break;',
		places: (code) =>
			whileLoops(code, 'do_statement').flatMap(({ node, condition, body }) => {
				if (code.leaves(body, 'continue') || /^(?:0|false)$/.test(code.text(stripped(condition)))) return [];
				return [
					[
						head(code, node, body, 'while (1) { '),
						code.replace({ start: body.end, end: node.end }, ` if (!${code.text(condition)}) break; }`),
					],
				];
			}),
	},
	{
		name: 'while (c) -> if (c) do while (c)',
		moves: true,
		places: (code) =>
			whileLoops(code).flatMap(({ node, condition, body }) =>
				isEndless(code, condition)
					? []
					: [
							[
								head(code, node, body, `if ${code.text(condition)} do { `),
								code.insert(node.end, ` } while ${code.text(condition)};`),
							],
						],
			),
	},
];
