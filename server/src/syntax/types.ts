/** C types as written. */
import type { CType } from './ir.js';
import type { PlainNode } from './parser.js';

export const UNKNOWN_TYPE: CType = { base: '', pointers: 0, array: false };

const SPECIFIERS = new Set([
	'primitive_type',
	'sized_type_specifier',
	'type_identifier',
	'struct_specifier',
	'union_specifier',
	'enum_specifier',
	'macro_type_specifier',
]);

export function child(node: PlainNode, field: string): PlainNode | undefined {
	return node.children.find((c) => c.field === field);
}

/** The type specifier among the children of a declaration, parameter or type descriptor. */
export function baseType(node: PlainNode, text: (node: PlainNode) => string): string {
	const specifier = child(node, 'type') ?? node.children.find((c) => SPECIFIERS.has(c.type));
	if (!specifier) return '';
	const name = child(specifier, 'name');
	if (name && /^(?:struct|union|enum)_specifier$/.test(specifier.type))
		return `${specifier.type.replace('_specifier', '')} ${text(name)}`;
	return text(specifier).replace(/\s+/g, ' ');
}

export interface Declared {
	readonly name: string;
	readonly node: PlainNode;
	readonly pointers: number;
	readonly array: boolean;
	readonly isFunction: boolean;
}

/** Unwrap a declarator down to its name. */
export function declared(node: PlainNode, text: (node: PlainNode) => string): Declared | undefined {
	let at: PlainNode | undefined = node;
	let pointers = 0;
	let array = false;
	let isFunction = false;
	while (at) {
		if (at.type === 'identifier' || at.type === 'field_identifier' || at.type === 'type_identifier')
			return { name: text(at), node: at, pointers, array, isFunction };
		if (at.type.includes('pointer_declarator')) pointers++;
		else if (at.type.includes('array_declarator')) array = true;
		else if (at.type.includes('function_declarator')) isFunction = true;
		at = child(at, 'declarator') ?? at.children.find((c) => c.named && /declarator|identifier/.test(c.type));
	}
	return undefined;
}

/** Pointers of a declarator without a name (`struct page **` in a cast). */
export function abstractPointers(node: PlainNode | undefined): number {
	let pointers = 0;
	for (let at = node; at; at = child(at, 'declarator') ?? at.children.find((c) => /abstract/.test(c.type)))
		if (at.type === 'abstract_pointer_declarator') pointers++;
	return pointers;
}
