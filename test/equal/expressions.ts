/** Expressions written differently. */

import type { PlainNode } from '../../server/src/syntax/parser.js';
import { isPlainCall } from './calls.js';
import { type Candidate, type Code, field, operator, stripped } from './code.js';
import type { Rewriting } from './rewriting.js';

/** Operands of these are not evaluated, or are no expressions. */
const UNEVALUATED = [
	'sizeof_expression',
	'alignof_expression',
	'offsetof_expression',
	'type_descriptor',
	'initializer_pair',
];
/** Names, numbers, calls, fields and elements need no parentheses around. */
const TIGHT =
	/^(?:identifier|number_literal|call_expression|field_expression|subscript_expression|parenthesized_expression|null|true|false)$/;

function isEvaluated(code: Code, node: PlainNode): boolean {
	return !UNEVALUATED.some((type) => code.within(node, type));
}

function tight(code: Code, node: PlainNode): string {
	return TIGHT.test(node.type) ? code.text(node) : `(${code.text(node)})`;
}

/** One edit for each node of some types where `write` has a text. */
function each(types: readonly string[], write: (code: Code, node: PlainNode) => string | undefined) {
	return (code: Code): Candidate[] =>
		code.ofType(...types).flatMap((node) => {
			const text = isEvaluated(code, node) ? write(code, node) : undefined;
			return text === undefined ? [] : [[code.replace(node, text)]];
		});
}

function sides(node: PlainNode): readonly [PlainNode, PlainNode] | undefined {
	const [left, right] = [field(node, 'left'), field(node, 'right')];
	return left && right && [left, right];
}

/** `a OP b` as `b OP2 a`, where at most one of them does something. */
function swapped(operators: Readonly<Record<string, string>>) {
	return each(['binary_expression'], (code, node) => {
		const both = sides(node);
		const turned = operators[operator(node)];
		if (!both || !turned || !both.some((side) => code.isPure(side))) return undefined;
		return `${tight(code, both[1])} ${turned} ${tight(code, both[0])}`;
	});
}

function isPointer(code: Code, node: PlainNode): boolean {
	const type = node.type === 'identifier' ? code.typeOf(code.text(node)) : undefined;
	return type !== undefined && type.pointers > 0 && type.isPlain;
}

/** `op` is used as a statement or as the last part of a `for`. */
function isAlone(code: Code, node: PlainNode): boolean {
	return (
		code.parent(node)?.type === 'expression_statement' ||
		(code.parent(node)?.type === 'for_statement' && node.field === 'update')
	);
}

function stepped(write: (operand: string, sign: string) => string) {
	return each(['update_expression'], (code, node) => {
		const operand = field(node, 'argument');
		if (!operand || !isAlone(code, node) || !code.isPure(operand)) return undefined;
		return write(code.text(operand), operator(node)[0] as string);
	});
}

export const EXPRESSIONS: readonly Rewriting[] = [
	{
		name: '&a[i] -> a + i',
		places: each(['pointer_expression'], (code, node) => {
			const element = operator(node) === '&' ? field(node, 'argument') : undefined;
			if (element?.type !== 'subscript_expression') return undefined;
			const [array, index] = [field(element, 'argument'), field(element, 'index')];
			return array && index && `(${tight(code, array)} + ${tight(code, index)})`;
		}),
	},
	{
		name: 'a + i -> &a[i]',
		places: each(['binary_expression'], (code, node) => {
			const both = sides(node);
			if (operator(node) !== '+' || !both || !isPointer(code, both[0])) return undefined;
			return `&${code.text(both[0])}[${code.text(both[1])}]`;
		}),
	},
	{
		name: 'a[i] -> *(a + i)',
		places: each(['subscript_expression'], (code, node) => {
			const [array, index] = [field(node, 'argument'), field(node, 'index')];
			const parent = code.parent(node);
			if (!array || !index || (parent?.type === 'pointer_expression' && operator(parent) === '&')) return undefined;
			return `(*(${tight(code, array)} + ${tight(code, index)}))`;
		}),
	},
	{
		name: '*p -> p[0]',
		places: each(['pointer_expression'], (code, node) => {
			const pointer = operator(node) === '*' ? field(node, 'argument') : undefined;
			return pointer?.type === 'identifier' && isPointer(code, pointer) ? `${code.text(pointer)}[0]` : undefined;
		}),
	},
	{
		name: '&p[0] <- p',
		places: (code) =>
			code.ofType('argument_list').flatMap((list) =>
				list.children.flatMap((arg) => {
					const type = arg.type === 'identifier' ? code.typeOf(code.text(arg)) : undefined;
					const fits = type && isPlainCall(code, list) && type.pointers === 2 && type.isPlain && isEvaluated(code, arg);
					return fits ? [[code.replace(arg, `&${code.text(arg)}[0]`)]] : [];
				}),
			),
	},
	{
		name: 'p->f -> (*p).f',
		places: each(['field_expression'], (code, node) => {
			const [object, name] = [field(node, 'argument'), field(node, 'field')];
			if (!object || !name || !node.children.some(({ type }) => type === '->')) return undefined;
			return `(*${tight(code, object)}).${code.text(name)}`;
		}),
	},
	{
		name: 's.f -> (&s)->f',
		places: each(['field_expression'], (code, node) => {
			const [object, name] = [field(node, 'argument'), field(node, 'field')];
			if (!object || !name || object.type === 'call_expression' || !node.children.some(({ type }) => type === '.'))
				return undefined;
			return `(&${tight(code, object)})->${code.text(name)}`;
		}),
	},
	{ name: 'a < b -> b > a', places: swapped({ '<': '>', '>': '<', '<=': '>=', '>=': '<=' }) },
	{ name: 'a == b -> b == a', places: swapped({ '==': '==', '!=': '!=' }) },
	{ name: 'a | b -> b | a', places: swapped({ '|': '|', '&': '&', '^': '^' }) },
	{
		name: 'a + b -> b + a',
		places: swapped({ '+': '+', '*': '*' }),
	},
	{
		name: 'a < b -> !(a >= b)',
		places: each(['binary_expression'], (code, node) => {
			const negated: Readonly<Record<string, string>> = {
				'<': '>=',
				'>': '<=',
				'<=': '>',
				'>=': '<',
				'==': '!=',
				'!=': '==',
			};
			const both = sides(node);
			const turned = negated[operator(node)];
			return both && turned && `!(${code.text(both[0])} ${turned} ${code.text(both[1])})`;
		}),
	},
	{
		name: 'parentheses around operands',
		places: (code) =>
			code.ofType('binary_expression').flatMap((node) => {
				const both = sides(node);
				if (!both || !isEvaluated(code, node)) return [];
				return both
					.filter(({ type }) => type !== 'binary_expression')
					.map((side) => [code.insert(side.start, '('), code.insert(side.end, ')')]);
			}),
	},
	{
		name: 'parentheses around a result',
		places: (code) =>
			code.ofType('assignment_expression', 'init_declarator').flatMap((node) => {
				const value = field(node, 'right') ?? field(node, 'value');
				return value?.type === 'call_expression' ? [[code.insert(value.start, '('), code.insert(value.end, ')')]] : [];
			}),
	},
	{
		name: 'parentheses around an assignment’s left side',
		places: (code) =>
			code.ofType('assignment_expression').flatMap((node) => {
				const left = field(node, 'left');
				return left ? [[code.insert(left.start, '('), code.insert(left.end, ')')]] : [];
			}),
	},
	{ name: 'i++ -> i += 1', places: stepped((operand, sign) => `${operand} ${sign}= 1`) },
	{ name: 'i++ -> i = i + 1', places: stepped((operand, sign) => `${operand} = ${operand} ${sign} 1`) },
	{
		name: 'i++ -> ++i',
		places: each(['update_expression'], (code, node) => {
			const operand = field(node, 'argument');
			if (!operand || !isAlone(code, node)) return undefined;
			const isPrefix = operand.start > node.start;
			return isPrefix ? `${code.text(operand)}${operator(node)}` : `${operator(node)}${code.text(operand)}`;
		}),
	},
	{
		name: 'a += b -> a = a + b',
		places: each(['assignment_expression'], (code, node) => {
			const both = sides(node);
			const op = operator(node);
			if (!both || op === '=' || !code.isPure(both[0])) return undefined;
			return `${code.text(both[0])} = ${code.text(both[0])} ${op.slice(0, -1)} ${tight(code, both[1])}`;
		}),
	},
	{
		name: 'n -> n in hexadecimal',
		places: each(['number_literal'], (code, node) => {
			const text = code.text(node);
			return /^[1-9]\d*$/.test(text) ? `0x${Number(text).toString(16)}` : undefined;
		}),
	},
	{
		name: 'n -> (n - 1 + 1)',
		places: each(['number_literal'], (code, node) => {
			const text = code.text(node);
			if (!/^[1-9]\d*$/.test(text) || code.within(node, 'case_statement')) return undefined;
			return `(${Number(text) - 1} + 1)`;
		}),
	},
	{
		name: 'sizeof(*p) -> sizeof *p',
		places: (code) =>
			code.ofType('sizeof_expression').flatMap((node) => {
				const value = field(node, 'value');
				const inner = value && stripped(value);
				if (!value || !inner || inner === value || !/^(?:identifier|pointer_expression)$/.test(inner.type)) return [];
				return [[code.replace(value, ` ${code.text(inner)}`)]];
			}),
	},
	{
		name: 'cast of a variable to its own type',
		places: each(['identifier'], (code, node) => {
			const list = code.parent(node);
			const type = code.typeOf(code.text(node));
			if (list?.type !== 'argument_list' || !isPlainCall(code, list) || !type?.isPlain) return undefined;
			return `(${type.base} ${'*'.repeat(type.pointers)})${code.text(node)}`;
		}),
	},
	{
		name: 'compound literal as an initializer',
		places: (code) =>
			code
				.variables()
				.flatMap(({ value, base, pointers, isPlain }) =>
					value?.type === 'initializer_list' && pointers === 0 && isPlain && /^(?:struct|union) \w+$/.test(base)
						? [[code.insert(value.start, `(${base})`)]]
						: [],
				),
	},
];
