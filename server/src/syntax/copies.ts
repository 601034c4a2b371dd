/** Copy propagation: local variables that are another name of a variable from their declaration on. */
import type { PlainNode } from './parser.js';
import { baseType, child, type Declared, declared } from './types.js';

/** Macros that write a variable they are given by its name: everything in capitals, loops, and these. */
const WRITING = /^[A-Z_0-9]+$|each|^_*(?:unsafe_)?get_user$|^swap$|^_*asm/;

interface Declaration extends Declared {
	readonly base: string;
	/** What it is set to, where that is a variable. */
	readonly source: string | undefined;
}

/**
 * Copies of a function by name, each with the variable it is a copy of. Neither is written or has its address taken, and both
 * have the same type, so that one may stand for the other everywhere.
 * @param root of the function
 * @param text of a node
 */
export function copiesOf(root: PlainNode, text: (node: PlainNode) => string): ReadonlyMap<string, string> {
	const declarations = new Map<string, Declaration>();
	const unfit = new Set<string>();
	const pending = [root];
	for (let node = pending.pop(); node; node = pending.pop()) {
		pending.push(...node.children);
		if (node.type === 'declaration' || node.type === 'parameter_declaration')
			for (const found of declaredBy(node, text)) {
				if (declarations.has(found.name)) unfit.add(found.name);
				declarations.set(found.name, found);
			}
		else for (const name of written(node, text)) unfit.add(name);
	}
	const copies = new Map<string, string>();
	for (const { name, source, base, pointers } of declarations.values()) {
		const original = source === undefined ? undefined : declarations.get(source);
		if (!original || original.array || unfit.has(name) || unfit.has(original.name)) continue;
		if (original.base === base && original.pointers === pointers && name !== original.name)
			copies.set(name, original.name);
	}
	for (const [name, source] of copies) {
		let last = source;
		for (let next = copies.get(last); next !== undefined; next = copies.get(last)) last = next;
		copies.set(name, last);
	}
	return copies;
}

function* declaredBy(node: PlainNode, text: (node: PlainNode) => string): Generator<Declaration> {
	const base = baseType(node, text);
	const isPlain = !node.children.some(({ type }) => type === 'storage_class_specifier' || /attribute/.test(type));
	for (const declarator of node.children) {
		if (declarator.field !== 'declarator') continue;
		const found = declared(declarator, text);
		if (!found) continue;
		const value = declarator.type === 'init_declarator' ? child(declarator, 'value') : undefined;
		const isCopy = isPlain && !found.array && !found.isFunction && value?.type === 'identifier';
		yield { ...found, base, source: isCopy ? text(value) : undefined };
	}
}

/** Names that a node writes or takes the address of. */
function written(node: PlainNode, text: (node: PlainNode) => string): string[] {
	const named = (part: PlainNode | undefined): string[] => {
		let at = part;
		while (at?.type === 'parenthesized_expression') at = at.children.find((c) => c.named && c.type !== 'comment');
		return at?.type === 'identifier' ? [text(at)] : [];
	};
	switch (node.type) {
		case 'assignment_expression':
			return named(child(node, 'left'));
		case 'update_expression':
			return named(child(node, 'argument'));
		case 'pointer_expression':
			return node.children.some(({ type }) => type === '&') ? named(child(node, 'argument')) : [];
		case 'call_expression': {
			const callee = child(node, 'function');
			const list = child(node, 'arguments');
			return callee && list && WRITING.test(text(callee)) ? list.children.flatMap(named) : [];
		}
		// the header of a loop macro, which is softened to a loop over its arguments
		case 'for_statement':
		case 'while_statement':
			return node.children.filter(({ field }) => field !== 'body').flatMap((part) => namesIn(part).map(text));
		default:
			return [];
	}
}

/** The names of a comma expression. */
function namesIn(node: PlainNode): PlainNode[] {
	if (node.type === 'identifier') return [node];
	const isList = node.type === 'comma_expression' || node.type === 'parenthesized_expression';
	return isList ? node.children.flatMap(namesIn) : [];
}
