/** A C text with the syntax trees of its functions, for rewriting it. */
import { CParser, type PlainNode } from '../../server/src/syntax/parser.js';
import { wasmBytes } from './wasm.js';

/** Replace [start, end) by `text`; offsets are UTF-16. */
export interface Edit {
	readonly start: number;
	readonly end: number;
	readonly text: string;
}

/** Edits that belong together: all of them are made, or none. */
export type Candidate = readonly Edit[];

const parser = await CParser.load(...wasmBytes());

/** One function definition that was read without an error and has no preprocessor line. */
export class Code {
	/** The whole text. */
	readonly all: string;
	readonly node: PlainNode;
	readonly body: PlainNode;
	/** Every node of the function, outer before inner, in the order of the text. */
	readonly nodes: readonly PlainNode[];
	private readonly base: number;
	private readonly parents = new Map<PlainNode, PlainNode>();

	private constructor(all: string, base: number, node: PlainNode, body: PlainNode) {
		this.all = all;
		this.base = base;
		this.node = node;
		this.body = body;
		this.nodes = this.collect(node);
	}

	/** @param all,base the function starts at this offset of the text */
	static of(all: string, base: number, end: number): Code | undefined {
		const text = all.slice(base, end);
		return /^\s*#/m.test(text) ? undefined : Code.parsed(all, base, text);
	}

	/** One function, also with macros and preprocessor lines. @param text of it, softened: at the same offsets, from `base` of all */
	static ofSoft(all: string, { text, base }: { readonly text: string; readonly base: number }): Code | undefined {
		return Code.parsed(all, base, text);
	}

	private static parsed(all: string, base: number, text: string): Code | undefined {
		const parsed = parser.parse(text);
		parsed.dispose();
		const node = parsed.root.children.find(({ type }) => type === 'function_definition');
		const body = node && field(node, 'body');
		if (parsed.errors > 0 || !node || !body) return undefined;
		// variables whose scope does something when it ends
		if (/\b(?:guard|scoped_guard|__free|CLASS)\s*\(/.test(all.slice(base, base + node.end))) return undefined;
		return new Code(all, base, node, body);
	}

	private collect(node: PlainNode, found: PlainNode[] = []): PlainNode[] {
		found.push(node);
		for (const child of node.children) {
			this.parents.set(child, node);
			this.collect(child, found);
		}
		return found;
	}

	parent(node: PlainNode): PlainNode | undefined {
		return this.parents.get(node);
	}

	/** The text of a node. */
	text({ start, end }: Pick<PlainNode, 'start' | 'end'>): string {
		return this.all.slice(this.base + start, this.base + end);
	}

	/** The text between two nodes of the function, or of a node from one of its parts on. */
	between(start: number, end: number): string {
		return this.all.slice(this.base + start, this.base + end);
	}

	/** The offset in the whole text of one in the function. */
	offset(at: number): number {
		return this.base + at;
	}

	replace({ start, end }: Pick<PlainNode, 'start' | 'end'>, text: string): Edit {
		return { start: this.base + start, end: this.base + end, text };
	}

	/** @param at offset in the function */
	insert(at: number, text: string): Edit {
		return { start: this.base + at, end: this.base + at, text };
	}

	ofType(...types: readonly string[]): PlainNode[] {
		return this.nodes.filter(({ type }) => types.includes(type));
	}

	/** Where a statement starts that stands among others, in braces. */
	isListed(node: PlainNode): boolean {
		return this.parent(node)?.type === 'compound_statement';
	}

	/** Statements of a block without its comments. */
	statements(block: PlainNode): PlainNode[] {
		return block.children.filter(({ named, type }) => named && type !== 'comment');
	}

	/** The statement behind one in the same block. */
	next(node: PlainNode): PlainNode | undefined {
		const siblings = this.parent(node)?.children ?? [];
		return siblings[siblings.indexOf(node) + 1];
	}

	within(node: PlainNode, type: string): boolean {
		for (let at = this.parent(node); at; at = this.parent(at)) if (at.type === type) return true;
		return false;
	}

	/** Every node of a part. */
	inside(node: PlainNode): PlainNode[] {
		return this.nodes.filter(({ start, end }) => start >= node.start && end <= node.end);
	}

	has(node: PlainNode, ...types: readonly string[]): boolean {
		return this.inside(node).some(({ type }) => types.includes(type));
	}

	/** Evaluating it twice, never or elsewhere changes nothing. */
	isPure(node: PlainNode): boolean {
		return !this.has(node, 'call_expression', 'assignment_expression', 'update_expression', 'compound_statement');
	}

	/** Control never comes to its end. */
	isJump(node: PlainNode): boolean {
		if (/^(?:return|goto|break|continue)_statement$/.test(node.type)) return true;
		const last = node.type === 'compound_statement' ? this.statements(node).at(-1) : undefined;
		return last !== undefined && this.isJump(last);
	}

	/** A `break` or `continue` in a statement that is about what stands around it. */
	leaves(node: PlainNode, word: 'break' | 'continue'): boolean {
		const closed = word === 'break' ? /^(?:for|while|do|switch)_statement$/ : /^(?:for|while|do)_statement$/;
		if (node.type === `${word}_statement`) return true;
		return node.children.some((child) => !closed.test(child.type) && this.leaves(child, word));
	}

	/** Base type and number of pointers of a local variable or parameter; undefined where it is declared twice or not plainly. */
	typeOf(name: string): DeclaredType | undefined {
		const found = this.variables().filter((variable) => variable.name === name);
		return found.length === 1 ? found[0] : undefined;
	}

	private known: readonly DeclaredType[] | undefined;

	/** Local variables and parameters. */
	variables(): readonly DeclaredType[] {
		this.known ??= this.ofType('declaration', 'parameter_declaration').flatMap((node) => {
			const type = field(node, 'type');
			if (!type) return [];
			return node.children
				.filter((child) => child.field === 'declarator')
				.flatMap((declarator) => {
					const inits = declarator.type === 'init_declarator';
					let at = inits ? field(declarator, 'declarator') : declarator;
					let pointers = 0;
					let isPlain = true;
					while (at && at.type !== 'identifier') {
						if (at.type === 'pointer_declarator') pointers++;
						else isPlain = false;
						at = field(at, 'declarator');
					}
					if (!at) return [];
					const value = inits ? field(declarator, 'value') : undefined;
					return {
						name: this.text(at),
						node: at,
						declaration: node,
						declarator,
						base: this.text(type),
						pointers,
						isPlain,
						value,
					};
				});
		});
		return this.known;
	}
}

/** A declared local variable or parameter. */
export interface DeclaredType {
	readonly name: string;
	readonly node: PlainNode;
	readonly declaration: PlainNode;
	readonly declarator: PlainNode;
	/** "struct page" */
	readonly base: string;
	readonly pointers: number;
	/** No array and no function. */
	readonly isPlain: boolean;
	readonly value: PlainNode | undefined;
}

export function field(node: PlainNode, name: string): PlainNode | undefined {
	return node.children.find((child) => child.field === name);
}

/** The operator of an expression: "<", "&&", "!". */
export function operator(node: PlainNode): string {
	return (field(node, 'operator') ?? node.children.find((child) => !child.named))?.type ?? '';
}

/** Without parentheses around. */
export function stripped(node: PlainNode): PlainNode {
	let at = node;
	while (at.type === 'parenthesized_expression') {
		const inner = at.children.find(({ named, type }) => named && type !== 'comment');
		if (!inner) return at;
		at = inner;
	}
	return at;
}

/** The functions of a text that can be rewritten. */
export function functionsOf(text: string): Code[] {
	const parsed = parser.parse(text);
	parsed.dispose();
	return parsed.root.children.flatMap((node) => {
		if (node.type !== 'function_definition') return [];
		return Code.of(text, node.start, node.end) ?? [];
	});
}

/** What stands on the top level of a text, in its order. */
export function topLevel(text: string): readonly PlainNode[] {
	const parsed = parser.parse(text);
	parsed.dispose();
	return parsed.root.children;
}
