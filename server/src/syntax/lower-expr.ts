/** Plain nodes -> IR expressions. */
import { typeOperands } from '../kernel/function-models.js';
import { addressed, assigned, binary, bracketed, dereferenced, element, member, negated } from './canonical.js';
import type { CallExpr, CType, Expr, Range, Variable } from './ir.js';
import type { PlainNode } from './parser.js';
import { abstractPointers, baseType, child, resolved } from './types.js';

const NAMES = new Set([
	'identifier',
	'field_identifier',
	'type_identifier',
	'primitive_type',
	'null',
	'true',
	'false',
	'statement_identifier',
]);

const NO_TYPES: ReadonlyMap<string, CType> = new Map();

const SIZE: CType = { base: 'size_t', pointers: 0, array: false };

/** Numeric value of a C literal, undefined when it is none we read. */
export function numberValue(text: string): number | undefined {
	const bare = text.replace(/[uUlLzZ]+$/, '').replace(/'/g, '');
	if (/^0[0-7]+$/.test(bare)) return Number.parseInt(bare, 8);
	const value = Number(bare);
	return bare !== '' && Number.isFinite(value) ? value : undefined;
}

/** `put_page` of `(put_page)(page)`, which keeps a macro of that name out. */
function unbracketed(callee: PlainNode): PlainNode {
	let at: PlainNode | undefined = callee;
	while (at?.type === 'parenthesized_expression') at = at.children.find((c) => c.named && c.type !== 'comment');
	return at?.type === 'identifier' ? at : callee;
}

export class ExpressionLowering {
	/** Calls in the order they were met. */
	readonly calls: CallExpr[] = [];
	private readonly source: string;
	private readonly base: number;
	private readonly end: number;
	private readonly typedefs: ReadonlyMap<string, CType>;
	/** The variable that one of this name is a copy of, where it is read now. */
	copyOf: (name: string) => string | undefined = () => undefined;
	/** Runs the statements of `({ ... })` before the expression around it, and gives its value; undefined where it cannot come first. */
	hoist: ((body: PlainNode) => Expr | undefined) | undefined;
	/** Of the variables declared so far. */
	private readonly types = new Map<string, CType>();

	/**
	 * @param source the file's text (names are read from it, not from the softened text)
	 * @param base offset of the softened text's start in `source`
	 * @param typedefs of the file, by name
	 * @param end of the item in `source`: softened texts have room for more, and what cannot be read may reach into it
	 */
	constructor(source: string, base: number, end: number, typedefs: ReadonlyMap<string, CType> = NO_TYPES) {
		this.source = source;
		this.base = base;
		this.end = end;
		this.typedefs = typedefs;
	}

	typeOf(name: string): CType | undefined {
		return this.types.get(name);
	}

	/** A variable that what follows may name. */
	declare({ name, type }: Variable): void {
		this.types.set(name, type);
	}

	text = (node: PlainNode): string => {
		const { start, end } = this.range(node);
		return this.source.slice(start, end);
	};

	range(node: PlainNode): Range {
		return { start: Math.min(this.base + node.start, this.end), end: Math.min(this.base + node.end, this.end) };
	}

	type(descriptor: PlainNode | undefined): CType {
		if (!descriptor) return { base: '', pointers: 0, array: false };
		const pointers = abstractPointers(child(descriptor, 'declarator'));
		return resolved({ base: baseType(descriptor, this.text), pointers, array: false }, this.typedefs);
	}

	private items(node: PlainNode): Expr[] {
		return node.children.filter((c) => c.named && c.type !== 'comment').map((c) => this.expr(c));
	}

	private missing(at: PlainNode): Expr {
		return { ...this.range(at), kind: 'other', items: [] };
	}

	private field(node: PlainNode, name: string): Expr {
		const found = child(node, name);
		return found ? this.expr(found) : this.missing(node);
	}

	private operator(node: PlainNode): PlainNode | undefined {
		return child(node, 'operator') ?? node.children.find((c) => !c.named);
	}

	expr(node: PlainNode): Expr {
		// Written out: spreading a range into each of some 100,000 nodes takes longer than all the rest here.
		const { start, end } = this.range(node);
		if (NAMES.has(node.type)) {
			const name = this.text(node);
			return { start, end, kind: 'name', name: (node.type === 'identifier' && this.copyOf(name)) || name };
		}
		switch (node.type) {
			case 'number_literal': {
				const text = this.text(node);
				return { start, end, kind: 'number', value: numberValue(text), text };
			}
			case 'string_literal':
			case 'concatenated_string':
				return { start, end, kind: 'string', isFormat: /%[-+ #0-9.*]*[a-zA-Z]/.test(this.text(node)) };
			case 'char_literal':
				return { start, end, kind: 'string', isFormat: false };
			case 'parenthesized_expression': {
				const inner = node.children.find((c) => c.named && c.type !== 'comment');
				if (!inner) return this.missing(node);
				if (inner.type === 'compound_statement')
					return this.hoist?.(inner) ?? { start, end, kind: 'other', items: this.statements(inner) };
				return bracketed({ start, end }, this.expr(inner));
			}
			case 'call_expression':
				return this.call(node);
			case 'unary_expression':
			case 'pointer_expression':
			case 'update_expression':
				return this.unary({ start, end }, this.operator(node)?.type ?? '', this.field(node, 'argument'));
			case 'binary_expression': {
				const op = this.operator(node);
				const mayStop = op?.type === '&&' || op?.type === '||';
				const written = {
					start,
					end,
					kind: 'binary',
					op: op?.type ?? '',
					left: this.field(node, 'left'),
					right: mayStop ? this.later(() => this.field(node, 'right')) : this.field(node, 'right'),
					opStart: this.base + (op ?? node).start,
				} as const;
				return binary(written, this.types);
			}
			case 'assignment_expression':
				return assigned(
					{ start, end },
					this.operator(node)?.type ?? '=',
					this.field(node, 'left'),
					this.field(node, 'right'),
				);
			case 'conditional_expression': {
				const whenTrue = child(node, 'consequence');
				return {
					start,
					end,
					kind: 'conditional',
					test: this.field(node, 'condition'),
					whenTrue: whenTrue && this.later(() => this.expr(whenTrue)),
					whenFalse: this.later(() => this.field(node, 'alternative')),
				};
			}
			case 'field_expression': {
				const name = child(node, 'field');
				return member(
					{ start, end },
					this.field(node, 'argument'),
					name ? this.text(name) : '',
					node.children.some((c) => c.type === '->'),
				);
			}
			case 'subscript_expression': {
				const [object, index] = [this.field(node, 'argument'), this.field(node, 'index')];
				// `0[pages]`
				if (object.kind === 'number') return { start, end, kind: 'index', object: index, index: object };
				return element({ start, end }, object, index, this.types);
			}
			case 'cast_expression':
				return { start, end, kind: 'cast', type: this.type(child(node, 'type')), operand: this.field(node, 'value') };
			case 'sizeof_expression':
				return this.unevaluated(
					{ start, end },
					this.later(() => this.statements(node)),
				);
			case 'comma_expression':
				return { start, end, kind: 'comma', items: this.items(node) };
			case 'initializer_list':
				return { start, end, kind: 'list', items: this.items(node), fields: this.designated(node) };
			case 'initializer_pair':
				return this.field(node, 'value');
			case 'compound_literal_expression':
				return { start, end, kind: 'cast', type: this.type(child(node, 'type')), operand: this.field(node, 'value') };
			default:
				return { start, end, kind: 'other', items: this.statements(node) };
		}
	}

	/** Read what is not evaluated in any case. */
	private later<T>(read: () => T): T {
		const { hoist } = this;
		this.hoist = undefined;
		const result = read();
		this.hoist = hoist;
		return result;
	}

	private unary(range: Range, op: string, operand: Expr): Expr {
		if (op === '*') return dereferenced(range, operand);
		if (op === '&') return addressed(range, operand);
		if (op === '!') return negated(range, operand);
		return { start: range.start, end: range.end, kind: 'unary', op, operand };
	}

	private call(node: PlainNode): Expr {
		const range = this.range(node);
		const written = child(node, 'function');
		const callee = written ? this.expr(unbracketed(written)) : this.missing(node);
		const list = child(node, 'arguments');
		const name = callee.kind === 'name' ? callee.name : '';
		const args = list ? this.items(list) : [];
		const types = typeOperands(name);
		const call: CallExpr = {
			...range,
			kind: 'call',
			callee,
			name,
			nameRange: { start: callee.start, end: callee.end },
			args: types === 0 ? args : args.map((arg, i) => (i < types ? this.unevaluated(arg, [arg]) : arg)),
			argsRange: list ? this.range(list) : range,
		};
		this.calls.push(call);
		return call;
	}

	/** Names of the fields that the items of a list are for, as `.name = ` or `name: ` says. */
	private designated(list: PlainNode): (string | undefined)[] {
		return list.children
			.filter((item) => item.named && item.type !== 'comment')
			.map((item) => {
				const designators = item.children.filter((c) => c.field === 'designator');
				const [field, ...others] = designators.filter((c) => c.type !== 'subscript_designator');
				if (!field || field !== designators[0] || others.length > 0) return undefined;
				const name =
					field.type === 'field_identifier' ? field : field.children.find((c) => c.type === 'field_identifier');
				return name && this.text(name);
			});
	}

	/** The operand of sizeof and what is like it: all that matters of it is its type. */
	private unevaluated({ start, end }: Range, items: Expr[]): Expr {
		return { start, end, kind: 'cast', type: SIZE, operand: { start, end, kind: 'other', items } };
	}

	/** The expressions of whatever is not lowered step by step (statement expressions, sizeof, errors). */
	private statements(node: PlainNode): Expr[] {
		const items: Expr[] = [];
		for (const c of node.children) {
			if (!c.named) continue;
			if (/_expression$|identifier$|_literal$|^null$|^true$|^false$/.test(c.type)) items.push(this.expr(c));
			else if (c.children.length) items.push(...this.statements(c));
		}
		return items;
	}
}
