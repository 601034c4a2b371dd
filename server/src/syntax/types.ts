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
	return spelt(text(specifier));
}

/** Longer chains of typedefs are not followed. */
const LONGEST_CHAIN = 4;

/** A pointer behind a typedef of the file as the pointer it is; other types keep their name. */
export function resolved(type: CType, typedefs: ReadonlyMap<string, CType>): CType {
	let at = type;
	for (let i = 0; i < LONGEST_CHAIN; i++) {
		const alias = typedefs.get(at.base);
		if (!alias || alias.array) break;
		at = { base: alias.base, pointers: at.pointers + alias.pointers, array: at.array };
	}
	return at.pointers > type.pointers ? at : type;
}

/** Comments, and a comment that is not closed on its line. */
const COMMENTS = /\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;

/** A type in one spelling: `long unsigned int` is "unsigned long", `signed` is "int". */
function spelt(text: string): string {
	const words = text
		.replace(COMMENTS, ' ')
		.trim()
		.split(/[\s\\]+/);
	const [first = ''] = words;
	if (words.length === 1 && !/^(?:signed|unsigned)$/.test(first)) return first;
	if (!words.every((word) => /^(?:unsigned|signed|int|long|short|char)$/.test(word))) return words.join(' ');
	const unsigned = words.includes('unsigned');
	const size = words.filter((word) => word === 'long' || word === 'short' || word === 'char').join(' ');
	// plain `char` is neither of them
	if (size === 'char' && !unsigned) return words.includes('signed') ? 'signed char' : 'char';
	return `${unsigned ? 'unsigned ' : ''}${size || 'int'}`;
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
