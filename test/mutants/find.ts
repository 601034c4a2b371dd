/** Questions to a function that operators ask. */
import type { Role } from '../../server/src/kernel/types.js';
import type { PlainNode } from '../../server/src/syntax/parser.js';
import { type Code, field, operator, stripped } from '../equal/code.js';
import { calleeOf, type Subject } from './subject.js';

export function argumentsOf(code: Code, call: PlainNode): PlainNode[] {
	const list = field(call, 'arguments');
	return list ? code.statements(list) : [];
}

/** The argument of a call that has this role in the kernel's prototype. */
export function argument({ code, kernel }: Subject, call: PlainNode, role: Role): PlainNode | undefined {
	const index = kernel.api(calleeOf(code, call))?.index(role) ?? -1;
	return index < 0 ? undefined : argumentsOf(code, call)[index];
}

/** The statement around an expression. */
export function statementOf(code: Code, node: PlainNode): PlainNode | undefined {
	for (let at: PlainNode | undefined = node; at; at = code.parent(at))
		if (/_statement$|^declaration$/.test(at.type)) return at;
	return undefined;
}

/** The statement that is nothing but a call; undefined where its result is used. */
export function callStatement(code: Code, call: PlainNode): PlainNode | undefined {
	const parent = code.parent(call);
	return parent?.type === 'expression_statement' ? parent : undefined;
}

/** All ancestors, inner before outer. */
export function ancestors(code: Code, node: PlainNode): PlainNode[] {
	const found: PlainNode[] = [];
	for (let at = code.parent(node); at; at = code.parent(at)) found.push(at);
	return found;
}

const LOOP = /^(?:for|while|do)_statement$/;
/** What a loop does that releases pages. */
const PART_OF_RELEASE =
	/dirty|^(?:put_page|folio_put|release_pages|unpin_\w+|sg_page\w*|page_folio|cond_resched|kunmap\w*|flush_dcache_page)$/;

/** What releases: the call, or the loop around it that does nothing else. */
export function releaseStatement(code: Code, call: PlainNode): PlainNode | undefined {
	const statement = callStatement(code, call);
	if (!statement) return undefined;
	const loop = ancestors(code, statement).find(({ type }) => LOOP.test(type));
	const body = loop && field(loop, 'body');
	if (!loop || !body) return statement;
	const calls = code.inside(body).filter(({ type }) => type === 'call_expression');
	const isOnly =
		calls.every((one) => PART_OF_RELEASE.test(calleeOf(code, one))) &&
		!code.has(body, 'return_statement', 'goto_statement', 'break_statement');
	return isOnly ? loop : statement;
}

/** The place of a variable that gets the result of a call: "ret", "b->nr". */
export function resultOf(code: Code, call: PlainNode): string | undefined {
	const parent = code.parent(call);
	const target =
		parent?.type === 'assignment_expression' && field(parent, 'right') === call && operator(parent) === '='
			? field(parent, 'left')
			: parent?.type === 'init_declarator'
				? field(parent, 'declarator')
				: undefined;
	return target && code.text(target);
}

/** An expression is the result of a taking call: its variable, or the call itself. */
export function isResult({ code, takes }: Subject, node: PlainNode): PlainNode | undefined {
	const inner = stripped(node);
	return takes.find(
		(take) =>
			resultOf(code, take) === code.text(inner) ||
			(inner.start <= take.start && take.end <= inner.end && /^(?:call|assignment)_expression$/.test(inner.type)),
	);
}

/** The statement only runs where something failed: under a test that leaves afterwards, or at a label behind a return. */
export function isOnErrorPath(code: Code, statement: PlainNode): boolean {
	const around = [statement, ...ancestors(code, statement)];
	const leaves = around.some((node, i) => {
		const parent = around[i + 1];
		if (parent?.type !== 'if_statement' || field(parent, 'consequence') !== node) return false;
		const end = node.type === 'compound_statement' ? code.statements(node).at(-1) : node;
		return code.isJump(node) && end !== undefined && code.text(end) !== 'return 0;';
	});
	if (leaves) return true;
	const top = around.find((node) => code.parent(node) === code.body);
	const before = top ? code.statements(code.body).filter(({ start }) => start <= top.start) : [];
	const lastReturn = before.findLastIndex(({ type }) => type === 'return_statement');
	return lastReturn >= 0 && before.slice(lastReturn).some(({ type }) => type === 'labeled_statement');
}

/** Conditions of the ifs around a node. */
export function conditionsAround(code: Code, node: PlainNode): string[] {
	return ancestors(code, node).flatMap((at) => {
		const test = at.type === 'if_statement' ? field(at, 'condition') : undefined;
		return test ? code.text(test) : [];
	});
}

/** A name as a word of a text. */
export function names(text: string, name: string): boolean {
	return new RegExp(`(?<![\\w.>])${name.replace(/[^\w]/g, '\\$&')}(?!\\w)`).test(text);
}

/** A value to leave the function with; undefined where it returns none that can be an error. */
export function failure(code: Code): string | undefined {
	const type = field(code.node, 'type');
	const head = code.between(code.node.start, code.body.start);
	if (!type || /\*\s*\w+\s*\(/.test(head)) return undefined;
	const name = code.text(type);
	if (name === 'void') return 'return;';
	return /^(?:int|long|ssize_t|s32|s64)$/.test(name) ? 'return -EINTR;' : undefined;
}

/** A statement taken out, also where it is the only one of a branch. */
export function without(code: Code, statement: PlainNode) {
	return code.replace(statement, code.isListed(statement) ? '' : ';');
}

/** The labels of a function in their order, with the statements behind each up to the end of the list it stands in. */
export function labels(code: Code): { readonly name: string; readonly start: number; readonly end: number }[] {
	return code.ofType('labeled_statement').map((node) => {
		const name = node.children[0];
		return { name: name ? code.text(name) : '', start: node.start, end: code.parent(node)?.end ?? node.end };
	});
}
