/** Statements arranged differently. */
import type { PlainNode } from '../../server/src/syntax/parser.js';
import { type Candidate, type Code, field } from './code.js';
import type { Rewriting } from './rewriting.js';

/** Bodies of `if`, `else` and loops. */
function bodies(code: Code): PlainNode[] {
	return code
		.ofType('if_statement', 'else_clause', 'for_statement', 'while_statement', 'do_statement')
		.flatMap((node) => {
			const body =
				node.type === 'else_clause' ? code.statements(node)[0] : (field(node, 'consequence') ?? field(node, 'body'));
			return body ? [body] : [];
		});
}

/** Statements in blocks, without declarations, labels and cases. */
function listed(code: Code): PlainNode[] {
	return code.nodes.filter(
		(node) => code.isListed(node) && /_statement$/.test(node.type) && !/^(?:labeled|case)_/.test(node.type),
	);
}

function expressions(code: Code): PlainNode[] {
	return code.ofType('expression_statement').filter((node) => node.end - node.start > 1);
}

function around(code: Code, nodes: readonly PlainNode[], before: string, after: string): Candidate[] {
	return nodes.map((node) => [code.insert(node.start, before), code.insert(node.end, after)]);
}

/** The statements of the same block behind one. */
function rest(code: Code, node: PlainNode): PlainNode[] {
	const siblings = code.parent(node)?.children ?? [];
	return siblings.slice(siblings.indexOf(node) + 1);
}

/** "struct page *" as the function returns it; undefined for none. */
function returned(code: Code): string | undefined {
	const type = field(code.node, 'type');
	if (!type) return undefined;
	let pointers = 0;
	for (let at = field(code.node, 'declarator'); at; at = field(at, 'declarator'))
		if (at.type === 'pointer_declarator') pointers++;
	const name = `${code.text(type)} ${'*'.repeat(pointers)}`;
	return name === 'void ' ? undefined : name;
}

/** `x = c ? a : b;`, `return c ? a : b;` */
function choice(code: Code, statement: PlainNode) {
	const [inner] = code.statements(statement);
	const left = inner?.type === 'assignment_expression' ? field(inner, 'left') : undefined;
	const value = left && inner ? field(inner, 'right') : inner;
	if (value?.type !== 'conditional_expression' || (left && !code.isPure(left))) return undefined;
	const [test, yes, no] = ['condition', 'consequence', 'alternative'].map((name) => field(value, name));
	return test && yes && no ? { left, test, yes, no } : undefined;
}

/** The only statement in it, also in braces. */
function single(code: Code, node: PlainNode | undefined): PlainNode | undefined {
	if (node?.type === 'else_clause') return single(code, code.statements(node)[0]);
	if (node?.type !== 'compound_statement') return node;
	const [only, ...others] = node.children;
	return others.length === 0 && only?.named ? only : undefined;
}

function isReturnType(code: Code): boolean {
	return returned(code) !== undefined;
}

const firstStatement = (code: Code): PlainNode | undefined =>
	code.statements(code.body).find(({ type }) => type !== 'declaration');

export const STATEMENTS: readonly Rewriting[] = [
	{
		name: 'braces added',
		places: (code) =>
			around(
				code,
				bodies(code).filter(({ type }) => type !== 'compound_statement'),
				'{ ',
				' }',
			),
	},
	{
		name: 'braces removed',
		places: (code) =>
			bodies(code).flatMap((body) => {
				const only = body.type === 'compound_statement' ? single(code, body) : undefined;
				if (!only || !/^(?:expression|return|goto|break|continue)_statement$/.test(only.type)) return [];
				return [
					[
						code.replace({ start: body.start, end: only.start }, ' '),
						code.replace({ start: only.end, end: body.end }, ' '),
					],
				];
			}),
	},
	{
		name: 'else after return removed',
		places: (code) =>
			code.ofType('if_statement').flatMap((node) => {
				const [body, other] = [field(node, 'consequence'), field(node, 'alternative')];
				const [only] = other ? code.statements(other) : [];
				if (!body || !other || !only || !code.isJump(body) || !code.isListed(node)) return [];
				return [[code.replace({ start: other.start, end: only.start }, '')]];
			}),
	},
	{
		name: 'else after return added',
		places: (code) =>
			code.ofType('if_statement').flatMap((node) => {
				const body = field(node, 'consequence');
				const behind = rest(code, node);
				const last = behind.at(-1);
				if (!body || !last || field(node, 'alternative') || !code.isJump(body) || !code.isListed(node)) return [];
				return [[code.insert(node.end, ' else {'), code.insert(last.end, ' }')]];
			}),
	},
	{
		name: 'early return -> nested if',
		places: (code) =>
			code.ofType('if_statement').flatMap((node) => {
				const [condition, body] = [field(node, 'condition'), field(node, 'consequence')];
				const last = rest(code, node).at(-1);
				if (!condition || !body || !last || field(node, 'alternative') || !code.isJump(body) || !code.isListed(node))
					return [];
				if (!code.isJump(last)) return [];
				return [
					[
						code.replace({ start: node.start, end: node.end }, `if (!${code.text(condition)}) {`),
						code.insert(last.end, ` } ${code.text(body)}`),
					],
				];
			}),
		moves: true,
	},
	{
		name: 'x = c ? a : b -> if',
		places: (code) =>
			code.ofType('expression_statement', 'return_statement').flatMap((statement) => {
				const found = choice(code, statement);
				if (!found) return [];
				const [test, yes, no] = [found.test, found.yes, found.no].map((node) => code.text(node));
				const head = found.left ? `${code.text(found.left)} =` : 'return';
				return [[code.replace(statement, `{ if (${test}) ${head} ${yes}; else ${head} ${no}; }`)]];
			}),
	},
	{
		name: 'if -> x = c ? a : b',
		places: (code) =>
			code.ofType('if_statement').flatMap((node) => {
				const condition = field(node, 'condition');
				const arms = ['consequence', 'alternative'].map((name) => single(code, field(node, name)));
				const [yes, no] = arms.map((arm) => (arm ? code.statements(arm)[0] : undefined));
				if (!condition || !yes || !no || !arms.every((arm) => arm?.type === 'expression_statement')) return [];
				const sides = [yes, no].map((one) =>
					one.type === 'assignment_expression' ? [field(one, 'left'), field(one, 'right')] : [],
				);
				const [a, b] = sides.map(([left]) => left && code.text(left));
				const values = sides.map(([, right]) => right);
				const plain = [yes, no].every((one) => /^[^=]*[^=<>!|&+-]=[^=]/.test(code.text(one)));
				if (!values[0] || !values[1] || a === undefined || a !== b || !plain) return [];
				return [
					[code.replace(node, `${a} = ${code.text(condition)} ? ${code.text(values[0])} : ${code.text(values[1])};`)],
				];
			}),
	},
	{
		name: 'if (c) return a; return b; -> return c ? a : b',
		copies: true,
		places: (code) =>
			code.ofType('if_statement').flatMap((node) => {
				const condition = field(node, 'condition');
				const one = single(code, field(node, 'consequence'));
				const next = code.next(node);
				if (
					!condition ||
					field(node, 'alternative') ||
					one?.type !== 'return_statement' ||
					next?.type !== 'return_statement'
				)
					return [];
				const [yes, no] = [code.statements(one)[0], code.statements(next)[0]];
				if (!yes || !no) return [];
				return [
					[
						code.replace(
							{ start: node.start, end: next.end },
							`return ${code.text(condition)} ? ${code.text(yes)} : ${code.text(no)};`,
						),
					],
				];
			}),
	},
	{
		name: 'return x -> r = x; return r',
		places: (code) =>
			!isReturnType(code)
				? []
				: code.ofType('return_statement').flatMap((node) => {
						const [value] = code.statements(node);
						if (!value) return [];
						return [
							[
								code.replace(
									node,
									`{ ${returned(code)}equal_return${node.start} = ${code.text(value)}; return equal_return${node.start}; }`,
								),
							],
						];
					}),
	},
	{
		name: 'r = x; return r -> return x',
		places: (code) =>
			code.ofType('expression_statement').flatMap((statement) => {
				const [assignment] = code.statements(statement);
				const [left, right] =
					assignment?.type === 'assignment_expression' ? [field(assignment, 'left'), field(assignment, 'right')] : [];
				const next = code.next(statement);
				const [value] = next?.type === 'return_statement' ? code.statements(next) : [];
				if (!assignment || !left || !right || !next || left.type !== 'identifier' || value?.type !== 'identifier')
					return [];
				const type = code.typeOf(code.text(left));
				const same = type?.isPlain && `${type.base} ${'*'.repeat(type.pointers)}` === returned(code);
				if (!same || code.text(value) !== code.text(left) || !/^\w+\s*=[^=]/.test(code.text(assignment))) return [];
				return [[code.replace({ start: statement.start, end: next.end }, `return ${code.text(right)};`)]];
			}),
	},
	{
		name: 'returns -> goto one exit',
		copies: true,
		places: (code) => {
			const returns = code.ofType('return_statement');
			const start = firstStatement(code);
			const type = returned(code);
			if (returns.length === 0 || !start || code.has(code.node, 'attributed_declarator')) return [];
			if (type !== undefined && returns.some((node) => code.statements(node).length === 0)) return [];
			const exit =
				type === undefined ? '\tgoto equal_out;\nequal_out:\n\treturn;\n' : 'equal_out:\n\treturn equal_return;\n';
			return [
				[
					code.insert(code.body.start + 1, type === undefined ? '' : `\n\t${type}equal_return;`),
					...returns.map((node) => {
						const [value] = code.statements(node);
						return code.replace(
							node,
							value ? `{ equal_return = ${code.text(value)}; goto equal_out; }` : 'goto equal_out;',
						);
					}),
					code.insert(code.body.end - 1, exit),
				],
			];
		},
	},
	{
		name: 'goto out -> inlined exit',
		copies: true,
		places: (code) =>
			code.statements(code.body).flatMap((label) => {
				if (label.type !== 'labeled_statement') return [];
				const name = field(label, 'label');
				const behind = rest(code, label);
				const all = [label, ...behind];
				const last = all.at(-1);
				const inner = label.children.find((child) => child !== name && child.named);
				if (!name || !inner || !last || behind.some((node) => code.has(node, 'labeled_statement', 'declaration')))
					return [];
				if (!(last.type === 'return_statement' || (last === label && inner.type === 'return_statement'))) return [];
				const text = code.between(inner.start, last.end);
				const jumps = code
					.ofType('goto_statement')
					.filter((node) => code.text(node) === `goto ${code.text(name)};` && node.start < label.start);
				// the label stays: it may be fallen into
				return jumps.map((node) => [code.replace(node, `{ ${text} }`)]);
			}),
	},
	{ name: 'block scopes', places: (code) => around(code, expressions(code), '{ ', ' }') },
	{
		name: 'the body in a block',
		places: (code) => [[code.insert(code.body.start, '{ '), code.insert(code.body.end, ' }')]],
	},
	{
		name: 'do { } while (0) around statements',
		places: (code) => around(code, expressions(code), 'do { ', ' } while (0);'),
	},
	{ name: 'empty statements', places: (code) => listed(code).map((node) => [code.insert(node.end, ' ;')]) },
	{
		name: 'barrier(); between statements',
		places: (code) => listed(code).map((node) => [code.insert(node.start, 'barrier(); ')]),
	},
	{
		name: 'pr_debug(); between statements',
		places: (code) => listed(code).map((node) => [code.insert(node.start, 'pr_debug("here\\n"); ')]),
	},
	{
		name: 'an unused label',
		places: (code) => {
			const start = firstStatement(code);
			return start ? [[code.insert(start.start, 'equal_unused: __maybe_unused; ')]] : [];
		},
	},
	{
		name: 'a, b; -> a; b;',
		places: (code) =>
			code.ofType('expression_statement').flatMap((statement) => {
				const [inner] = code.statements(statement);
				if (inner?.type !== 'comma_expression') return [];
				return [
					[
						code.replace(
							statement,
							`{ ${code
								.statements(inner)
								.map((part) => `${code.text(part)};`)
								.join(' ')} }`,
						),
					],
				];
			}),
	},
	{
		name: 'a = b = x -> b = x; a = b',
		places: (code) =>
			code.ofType('expression_statement').flatMap((statement) => {
				const [inner] = code.statements(statement);
				const right = inner?.type === 'assignment_expression' ? field(inner, 'right') : undefined;
				const left = inner && field(inner, 'left');
				const middle = right?.type === 'assignment_expression' ? field(right, 'left') : undefined;
				if (!left || !right || !middle || !code.isPure(left) || !code.isPure(middle)) return [];
				return [[code.replace(statement, `{ ${code.text(right)}; ${code.text(left)} = ${code.text(middle)}; }`)]];
			}),
	},
	{
		name: 'else if -> else { if }',
		places: (code) =>
			around(
				code,
				bodies(code).filter((node) => node.type === 'if_statement'),
				'{ ',
				' }',
			),
	},
	{
		name: 'return; at the end of a void function',
		places: (code) => {
			const last = code.statements(code.body).at(-1);
			return returned(code) === undefined && last && !code.isJump(last) ? [[code.insert(last.end, '\n\treturn;')]] : [];
		},
	},
	{
		name: 'if (x == C) -> switch',
		places: (code) =>
			code.ofType('if_statement').flatMap((node) => {
				const [condition, body, other] = ['condition', 'consequence', 'alternative'].map((name) => field(node, name));
				const found = condition && /^\((\w+) == (\d+)\)$/.exec(code.text(condition));
				if (!found || !body || code.leaves(node, 'break')) return [];
				const alternative = other ? code.text(code.statements(other)[0] as PlainNode) : ';';
				return [
					[
						code.replace(
							node,
							`switch (${found[1]}) { case ${found[2]}: ${code.text(body)} break; default: ${alternative} break; }`,
						),
					],
				];
			}),
	},
];
