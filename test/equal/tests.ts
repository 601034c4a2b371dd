/** Conditions written differently. */
import type { PlainNode } from '../../server/src/syntax/parser.js';
import { type Candidate, type Code, field, operator, stripped } from './code.js';
import type { Rewriting } from './rewriting.js';

const LOGICAL = /^(?:&&|\|\|)$/;
const COMPARISON = /^(?:[<>]=?|[=!]=)$/;

/** What an `if`, or also a loop, tests. */
function conditions(code: Code, ...types: readonly string[]): PlainNode[] {
	return code.ofType(...types).flatMap((node) => {
		const condition = field(node, 'condition');
		return condition ? [stripped(condition)] : [];
	});
}

const IF = ['if_statement'];
const ALL = ['if_statement', 'while_statement', 'do_statement', 'for_statement'];

/** The operands of `!`, `&&` and `||` that are none themselves. */
function atoms(node: PlainNode): PlainNode[] {
	const at = stripped(node);
	if (at.type === 'binary_expression' && LOGICAL.test(operator(at)))
		return [field(at, 'left'), field(at, 'right')].flatMap((side) => (side ? atoms(side) : []));
	if (at.type === 'unary_expression' && operator(at) === '!') {
		const inner = field(at, 'argument');
		return inner ? atoms(inner) : [];
	}
	return [at];
}

function written(code: Code, nodes: readonly PlainNode[], write: (node: PlainNode) => string | undefined): Candidate[] {
	return nodes.flatMap((node) => {
		const text = write(node);
		return text === undefined ? [] : [[code.replace(node, text)]];
	});
}

function isComparison(node: PlainNode): boolean {
	return node.type === 'binary_expression' && (COMPARISON.test(operator(node)) || LOGICAL.test(operator(node)));
}

/** `x` alone in a condition: a name, a field, an element, a call. */
function isValue(node: PlainNode): boolean {
	return /^(?:identifier|field_expression|subscript_expression|call_expression)$/.test(node.type);
}

/** Macros whose "call" is no plain value. */
function around(code: Code, before: string, after: string) {
	return (node: PlainNode): string => `${before}${code.text(node)}${after}`;
}

/** The part of a condition that is evaluated first, in all cases. */
function first(node: PlainNode): PlainNode {
	const at = stripped(node);
	if (at.type === 'binary_expression' && LOGICAL.test(operator(at))) return first(field(at, 'left') ?? at);
	if (at.type === 'unary_expression' && operator(at) === '!') return first(field(at, 'argument') ?? at);
	if (at.type === 'call_expression' && at.children.length === 2) return at;
	return at;
}

/** `if (test)` with the test put into a local variable first. */
function kept(type: string, write: (test: string) => string, fits: (node: PlainNode) => boolean = () => true) {
	return (code: Code): Candidate[] =>
		code.ofType('if_statement').flatMap((node) => {
			const condition = field(node, 'condition');
			if (!condition || !fits(stripped(condition))) return [];
			return [
				[
					code.insert(node.start, `{ ${type} equal_test${node.start} = ${write(code.text(stripped(condition)))}; `),
					code.replace(condition, `(equal_test${node.start})`),
					code.insert(node.end, ' }'),
				],
			];
		});
}

export const TESTS: readonly Rewriting[] = [
	{ name: 'a test in a bool', places: kept('bool', (test) => test) },
	{ name: 'a comparison in an int', places: kept('int', (test) => `(${test})`, isComparison) },
	{
		name: 'a test in a bool, negated',
		places: (code) =>
			code.ofType('if_statement').flatMap((node) => {
				const condition = field(node, 'condition');
				if (!condition) return [];
				return [
					[
						code.insert(node.start, `{ bool equal_test${node.start} = !(${code.text(stripped(condition))}); `),
						code.replace(condition, `(!equal_test${node.start})`),
						code.insert(node.end, ' }'),
					],
				];
			}),
	},
	{
		name: 'if ((r = f()) < n) -> r = f(); if (r < n)',
		places: (code) =>
			code.ofType('if_statement').flatMap((node) => {
				const condition = field(node, 'condition');
				if (!condition) return [];
				let at = first(condition);
				if (at.type === 'binary_expression' && COMPARISON.test(operator(at))) {
					const [left, right] = [field(at, 'left'), field(at, 'right')];
					if (!left || !right || !code.isPure(right)) return [];
					at = stripped(left);
				}
				const left = at.type === 'assignment_expression' ? field(at, 'left') : undefined;
				if (left?.type !== 'identifier') return [];
				return [
					[
						code.insert(node.start, `{ ${code.text(at)}; `),
						code.replace(at, code.text(left)),
						code.insert(node.end, ' }'),
					],
				];
			}),
	},
	{
		name: 'r = f(); if (r < n) -> if ((r = f()) < n)',
		places: (code) =>
			code.ofType('expression_statement').flatMap((statement) => {
				const [assignment] = code.statements(statement);
				const next = code.next(statement);
				const condition = next?.type === 'if_statement' && code.isListed(next) ? field(next, 'condition') : undefined;
				const left =
					assignment?.type === 'assignment_expression' && operator(assignment) === '='
						? field(assignment, 'left')
						: undefined;
				if (!assignment || !next || !condition || left?.type !== 'identifier') return [];
				let at = first(condition);
				if (at.type === 'binary_expression') at = stripped(field(at, 'left') ?? at);
				if (at.type !== 'identifier' || code.text(at) !== code.text(left)) return [];
				const whole = stripped(condition);
				const names = code.inside(whole).filter(({ type, start }) => type === 'identifier' && start !== at.start);
				const top = first(condition);
				// what is compared with must not be evaluated before the assignment in an unlucky order
				if (
					top.type === 'binary_expression' &&
					names.some((name) => name.end <= top.end && name.start >= top.start && code.text(name) === code.text(left))
				)
					return [];
				return [
					[
						code.replace(
							{ start: statement.start, end: at.end },
							`${code.between(next.start, at.start)}(${code.text(assignment)})`,
						),
					],
				];
			}),
	},
	{
		name: 'if (f() < n) -> int r = f(); if (r < n)',
		places: (code) =>
			code.ofType('if_statement').flatMap((node) => {
				const condition = field(node, 'condition');
				const at = condition && first(condition);
				const left = at?.type === 'binary_expression' && COMPARISON.test(operator(at)) ? field(at, 'left') : undefined;
				const right = at && field(at, 'right');
				if (left?.type !== 'call_expression' || !right || !code.isPure(right)) return [];
				return [
					[
						code.insert(node.start, `{ __auto_type equal_result${node.start} = ${code.text(left)}; `),
						code.replace(left, `equal_result${node.start}`),
						code.insert(node.end, ' }'),
					],
				];
			}),
	},
	{ name: 'if (x) -> if (!!(x))', places: (code) => written(code, conditions(code, ...ALL), around(code, '!!(', ')')) },
	{
		name: 'if (x) -> if ((x) != 0)',
		places: (code) => written(code, conditions(code, ...ALL).filter(isComparison), around(code, '(', ') != 0')),
	},
	{
		name: 'x -> x != 0',
		places: (code) =>
			written(
				code,
				conditions(code, ...ALL)
					.flatMap(atoms)
					.filter(isValue),
				around(code, '(', ' != 0)'),
			),
	},
	{
		name: 'p -> p != NULL',
		places: (code) =>
			written(
				code,
				conditions(code, ...ALL)
					.flatMap(atoms)
					.filter((node) => node.type === 'identifier' && (code.typeOf(code.text(node))?.pointers ?? 0) > 0),
				around(code, '(', ' != NULL)'),
			),
	},
	{
		name: '!x -> x == 0',
		places: (code) =>
			code.ofType('unary_expression').flatMap((node) => {
				const operand = operator(node) === '!' ? field(node, 'argument') : undefined;
				return operand && isValue(operand) ? [[code.replace(node, `(${code.text(operand)} == 0)`)]] : [];
			}),
	},
	{
		name: '!p -> p == NULL',
		places: (code) =>
			code.ofType('unary_expression').flatMap((node) => {
				const operand = operator(node) === '!' ? field(node, 'argument') : undefined;
				const type = operand?.type === 'identifier' ? code.typeOf(code.text(operand)) : undefined;
				return operand && type && type.pointers > 0 ? [[code.replace(node, `(${code.text(operand)} == NULL)`)]] : [];
			}),
	},
	{
		name: 'x == 0 -> !x',
		places: (code) =>
			written(
				code,
				conditions(code, ...ALL)
					.flatMap(atoms)
					.filter((node) => node.type === 'binary_expression'),
				(node) => {
					const [left, right] = [field(node, 'left'), field(node, 'right')];
					if (!left || !right || !/^(?:==|!=)$/.test(operator(node)) || !/^(?:0|NULL)$/.test(code.text(right)))
						return undefined;
					return `${operator(node) === '==' ? '!' : ''}(${code.text(left)})`;
				},
			),
	},
	{
		name: 'if (x) -> if (likely(x))',
		places: (code) => written(code, conditions(code, ...IF), around(code, 'likely(', ')')),
	},
	{
		name: 'if (x) -> if (unlikely(x))',
		places: (code) => written(code, conditions(code, ...IF), around(code, 'unlikely(', ')')),
	},
	{
		name: 'unlikely(x) -> x',
		places: (code) =>
			code.ofType('call_expression').flatMap((node) => {
				const [callee, list] = [field(node, 'function'), field(node, 'arguments')];
				if (!callee || !list || !/^(?:un)?likely$/.test(code.text(callee))) return [];
				return [[code.replace(callee, '')]];
			}),
	},
	{ name: 'if (x) -> if ((x))', places: (code) => written(code, conditions(code, ...ALL), around(code, '(', ')')) },
	{
		name: 'a && b -> !(!a || !b)',
		places: (code) =>
			written(
				code,
				conditions(code, ...ALL).filter((node) => node.type === 'binary_expression'),
				(node) => {
					const op = operator(node);
					const [left, right] = [field(node, 'left'), field(node, 'right')];
					if (!left || !right || !LOGICAL.test(op)) return undefined;
					return `!(!(${code.text(left)}) ${op === '&&' ? '||' : '&&'} !(${code.text(right)}))`;
				},
			),
	},
	{
		name: 'if (a && b) -> if (a) if (b)',
		places: (code) =>
			code.ofType('if_statement').flatMap((node) => {
				const condition = field(node, 'condition');
				const body = field(node, 'consequence');
				const test = condition && stripped(condition);
				const [left, right] = test ? [field(test, 'left'), field(test, 'right')] : [];
				if (!condition || !body || !left || !right || !test || operator(test) !== '&&' || field(node, 'alternative'))
					return [];
				return [
					[code.replace(condition, `(${code.text(left)}) { if (${code.text(right)})`), code.insert(body.end, ' }')],
				];
			}),
	},
	{
		name: 'if (a || b) jump -> if (a) jump; if (b) jump',
		copies: true,
		places: (code) =>
			code.ofType('if_statement').flatMap((node) => {
				const condition = field(node, 'condition');
				const body = field(node, 'consequence');
				const test = condition && stripped(condition);
				const [left, right] = test ? [field(test, 'left'), field(test, 'right')] : [];
				if (
					!body ||
					!left ||
					!right ||
					!test ||
					operator(test) !== '||' ||
					field(node, 'alternative') ||
					!code.isJump(body)
				)
					return [];
				if (code.has(body, 'labeled_statement') || !code.isListed(node)) return [];
				return [
					[
						code.replace(
							node,
							`if (${code.text(left)}) ${code.text(body)} if (${code.text(right)}) ${code.text(body)}`,
						),
					],
				];
			}),
	},
	{
		name: 'if (c) A else B -> if (!c) B else A',
		places: (code) =>
			code.ofType('if_statement').flatMap((node) => {
				const [condition, body, other] = ['condition', 'consequence', 'alternative'].map((name) => field(node, name));
				const alternative = other && code.statements(other)[0];
				if (
					!condition ||
					!body ||
					!alternative ||
					body.type !== 'compound_statement' ||
					alternative.type !== 'compound_statement'
				)
					return [];
				return [
					[code.replace(node, `if (!${code.text(condition)}) ${code.text(alternative)} else ${code.text(body)}`)],
				];
			}),
		moves: true,
	},
	{
		name: 'if (c) A -> if (!c) ; else A',
		places: (code) =>
			code.ofType('if_statement').flatMap((node) => {
				const [condition, body] = ['condition', 'consequence'].map((name) => field(node, name));
				if (!condition || !body || field(node, 'alternative')) return [];
				return [
					[
						code.insert(node.start, '{ '),
						code.replace(condition, `(!${code.text(condition)}) { } else`),
						code.insert(node.end, ' }'),
					],
				];
			}),
	},
];
