/** Declarations written differently. */
import type { PlainNode } from '../../server/src/syntax/parser.js';
import { type Candidate, type Code, type DeclaredType, field } from './code.js';
import type { Rewriting } from './rewriting.js';

/** A local variable declared by itself in a block. */
function locals(code: Code): DeclaredType[] {
	return code
		.variables()
		.filter(
			({ declaration }) =>
				declaration.type === 'declaration' &&
				code.isListed(declaration) &&
				declaration.children.filter((child) => child.field === 'declarator').length === 1,
		);
}

function isStatic(declaration: PlainNode): boolean {
	return declaration.children.some(({ type }) => /storage_class|attribute|type_qualifier/.test(type));
}

function uses(code: Code, name: string): PlainNode[] {
	return code.nodes.filter((node) => node.type === 'identifier' && code.text(node) === name);
}

/** Nobody writes it after its declaration, or takes its address. */
function isNeverWritten(code: Code, { name, node }: DeclaredType): boolean {
	return uses(code, name).every((use) => {
		if (use === node) return true;
		const parent = code.parent(use);
		if (parent?.type === 'assignment_expression' && use.field === 'left') return false;
		if (
			parent?.type === 'update_expression' ||
			(parent?.type === 'pointer_expression' && code.text(parent).startsWith('&'))
		)
			return false;
		return true;
	});
}

/** Every local and parameter under another name. */
function renamed(code: Code, to: (name: string) => string): Candidate[] {
	const names = new Map<string, number>();
	for (const { name } of code.variables()) names.set(name, (names.get(name) ?? 0) + 1);
	return [...names].flatMap(([name, times]) => {
		// one declared twice is one of two blocks, or shadows: the same name for both stays right
		const all = uses(code, name);
		const called = all.some((use) => code.parent(use)?.type === 'call_expression' && use.field === 'function');
		return times === 0 || called ? [] : [all.map((use) => code.replace(use, to(name)))];
	});
}

/** Types written another way. */
function respelt(spellings: Readonly<Record<string, string>>) {
	return (code: Code): Candidate[] =>
		code.ofType('primitive_type', 'sized_type_specifier').flatMap((node) => {
			const parent = code.parent(node);
			const other = parent?.type === 'sized_type_specifier' ? undefined : spellings[code.text(node)];
			return other === undefined ? [] : [[code.replace(node, other)]];
		});
}

/** A typedef in front of the text, used for every local and parameter of a base type. */
function typedefd(base: string, pointers: number, name: string): NonNullable<Rewriting['places']> {
	return (code) => {
		const fits = code
			.variables()
			.filter((variable) => variable.base === base && variable.pointers >= pointers && !isStatic(variable.declaration));
		const edits = fits.flatMap(({ declaration, declarator }) => {
			const type = field(declaration, 'type');
			const declarators = declaration.children.filter((child) => child.field === 'declarator');
			if (!type || declarators.length !== 1) return [];
			if (pointers === 0) return [[code.replace(type, name)]];
			let at: PlainNode | undefined =
				declarator.type === 'init_declarator' ? field(declarator, 'declarator') : declarator;
			if (at?.type !== 'pointer_declarator') return [];
			at = field(at, 'declarator');
			return at ? [[code.replace({ start: type.start, end: at.start }, `${name} `)]] : [];
		});
		const stars = '*'.repeat(pointers);
		return edits.length === 0 ? [] : [[code.insert(0, `typedef ${base} ${stars}${name};\n`), ...edits.flat()]];
	};
}

export const DECLARATIONS: readonly Rewriting[] = [
	{
		name: 'T x = e -> T x; x = e',
		places: (code) =>
			locals(code).flatMap(({ name, declaration, declarator, value, isPlain }) => {
				if (!value || !isPlain || isStatic(declaration) || value.type === 'initializer_list') return [];
				const end = field(declarator, 'declarator')?.end ?? 0;
				if (end === 0 || /\b__|\bcleanup/.test(code.text(declaration))) return [];
				return [[code.replace({ start: end, end: declaration.end }, `; ${name} = ${code.text(value)};`)]];
			}),
	},
	{
		name: 'T x; x = e -> T x = e',
		places: (code) =>
			locals(code).flatMap(({ name, declaration, value, isPlain }) => {
				const next = code.next(declaration);
				const [assignment] = next?.type === 'expression_statement' ? code.statements(next) : [];
				const [left, right] =
					assignment?.type === 'assignment_expression' ? [field(assignment, 'left'), field(assignment, 'right')] : [];
				if (value || !isPlain || isStatic(declaration) || !next || !left || !right || code.text(left) !== name)
					return [];
				if (
					!/^\w+\s*=[^=]/.test(code.text(next)) ||
					uses(code, name).some((use) => use.start >= right.start && use.end <= right.end)
				)
					return [];
				return [[code.replace({ start: declaration.end - 1, end: next.end }, ` = ${code.text(right)};`)]];
			}),
	},
	{
		name: 'T a, b -> T a; T b',
		places: (code) =>
			code.ofType('declaration').flatMap((node) => {
				const type = field(node, 'type');
				const declarators = node.children.filter((child) => child.field === 'declarator');
				if (!type || declarators.length < 2 || !code.isListed(node) || isStatic(node) || field(type, 'body')) return [];
				if (declarators.some(({ type: kind }) => /function/.test(kind)) || /\b__/.test(code.text(node))) return [];
				return [
					[
						code.replace(
							node,
							declarators.map((declarator) => `${code.text(type)} ${code.text(declarator)};`).join(' '),
						),
					],
				];
			}),
	},
	{ name: 'locals renamed', places: (code) => renamed(code, (name) => `equal_${name}`) },
	{
		name: 'locals renamed to short names',
		places: (code) => {
			const order = [...new Set(code.variables().map(({ name }) => name))];
			return renamed(code, (name) => `v${order.indexOf(name)}`);
		},
	},
	{
		name: 'unrelated locals',
		places: (code) => [
			[code.insert(code.body.start + 1, '\n\tint equal_unrelated = 0;\n\tstruct device *equal_device;')],
		],
	},
	{
		name: 'const on what is never written',
		places: (code) =>
			locals(code).flatMap((variable) => {
				const { declaration, node, pointers, value, isPlain } = variable;
				if (!value || !isPlain || isStatic(declaration) || !isNeverWritten(code, variable)) return [];
				return [[code.insert(pointers > 0 ? node.start : declaration.start, 'const ')]];
			}),
	},
	{
		name: 'unsigned long -> unsigned long int',
		places: respelt({
			'unsigned long': 'unsigned long int',
			long: 'long int',
			short: 'short int',
			unsigned: 'unsigned int',
		}),
	},
	{
		name: 'unsigned long -> long unsigned',
		places: respelt({
			'unsigned long': 'long unsigned int',
			'unsigned int': 'unsigned',
			int: 'signed int',
			long: 'signed long',
		}),
	},
	{
		name: 'unsigned long -> unsigned /* c */ long',
		places: respelt({
			'unsigned long': 'unsigned /* c */ long',
			'unsigned int': 'unsigned /* c */ int',
			'long long': 'long /* c */ long',
		}),
	},
	{
		name: 'struct page -> struct /* c */ page',
		places: (code) =>
			code.ofType('struct_specifier').flatMap((node) => {
				const name = field(node, 'name');
				return name && !field(node, 'body')
					? [[code.replace({ start: node.start, end: name.start }, 'struct /* c */ ')]]
					: [];
			}),
	},
	{ name: 'typedef of a pointer', places: typedefd('struct page', 1, 'equal_page') },
	{ name: 'typedef of a number', places: typedefd('long', 0, 'equal_long') },
	{ name: 'typedef of an int', places: typedefd('int', 0, 'equal_int') },
	{ name: 'typedef of an unsigned long', places: typedefd('unsigned long', 0, 'equal_address') },
	{
		name: 'static -> static inline',
		places: (code) => {
			const [storage] = code.ofType('storage_class_specifier');
			return storage && code.parent(storage) === code.node && code.text(storage) === 'static'
				? [[code.insert(storage.end, ' inline')]]
				: [];
		},
	},
	{
		name: 'T **x -> T *x[] as a parameter',
		places: (code) =>
			code.variables().flatMap(({ declaration, declarator, pointers, isPlain }) => {
				if (declaration.type !== 'parameter_declaration' || pointers < 2 || !isPlain) return [];
				return [[code.replace(declarator, `${code.text(declarator).slice(1).trim()}[]`)]];
			}),
	},
];
