/** tree-sitter behind one door: text to plain nodes. No tree-sitter object leaves this file but `Parsed`, which owns its tree. */
import { Edit, Language, Parser, type Tree } from 'web-tree-sitter';

/** A node copied out of the tree, without punctuation: offsets are UTF-16 units into the parsed text. */
export interface PlainNode {
	readonly type: string;
	/** Field name in the parent, "" when it has none. */
	readonly field: string;
	readonly start: number;
	readonly end: number;
	readonly named: boolean;
	readonly children: readonly PlainNode[];
}

/** One parsed text. `dispose` frees the tree; `root` stays valid. */
export interface Parsed {
	readonly text: string;
	readonly root: PlainNode;
	/** ERROR and MISSING nodes. */
	readonly errors: number;
	/** Deeper than we follow: `root` is cut off. */
	readonly tooDeep: boolean;
	dispose(): void;
}

/** Deepest nesting that is followed; kernel code stays below 60. */
const DEEPEST = 600;

/** Punctuation says nothing that its parent's type does not. */
const LEFT_OUT = new Set(['(', ')', '{', '}', '[', ']', ',', ';']);

/** Named nodes that are read as the text they span. */
const READ_AS_TEXT = new Set([
	'identifier',
	'field_identifier',
	'type_identifier',
	'statement_identifier',
	'primitive_type',
	'sized_type_specifier',
	'storage_class_specifier',
	'type_qualifier',
	'number_literal',
	'string_literal',
	'concatenated_string',
	'char_literal',
	'true',
	'false',
	'null',
	'comment',
]);

interface MutableNode extends PlainNode {
	children: PlainNode[];
}

const NO_POINT = { row: 0, column: 0 };

/** The one change that turns `before` into `after`, as the parser wants it. */
function singleEdit(before: string, after: string): Edit {
	const limit = Math.min(before.length, after.length);
	let start = 0;
	while (start < limit && before.charCodeAt(start) === after.charCodeAt(start)) start++;
	let tail = 0;
	while (
		tail < limit - start &&
		before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)
	)
		tail++;
	const oldEnd = before.length - tail;
	const newEnd = after.length - tail;
	// softened text has no newlines, so a column is an offset in bytes of UTF-16
	const point = (index: number) => ({ ...NO_POINT, column: index * 2 });
	return new Edit({
		startIndex: start,
		oldEndIndex: oldEnd,
		newEndIndex: newEnd,
		startPosition: point(start),
		oldEndPosition: point(oldEnd),
		newEndPosition: point(newEnd),
	});
}

export class CParser {
	private readonly parser: Parser;
	private readonly fields: readonly (string | null)[];
	private readonly types: readonly (string | null)[];
	private readonly namedTypes: readonly boolean[];
	private readonly leftOut: readonly boolean[];
	private readonly leaves: readonly boolean[];

	private constructor(language: Language) {
		this.parser = new Parser();
		this.parser.setLanguage(language);
		this.fields = Array.from({ length: language.fieldCount + 1 }, (_, id) => language.fieldNameForId(id));
		this.types = Array.from({ length: language.nodeTypeCount }, (_, id) => language.nodeTypeForId(id));
		this.namedTypes = this.types.map((_, id) => language.nodeTypeIsNamed(id));
		this.leftOut = this.types.map((type) => LEFT_OUT.has(type ?? ''));
		this.leaves = this.types.map((type, id) => !this.namedTypes[id] || READ_AS_TEXT.has(type ?? ''));
	}

	/**
	 * @param core,grammar bytes of web-tree-sitter.wasm and tree-sitter-c.wasm
	 * @throws when a file is no such module
	 */
	static async load(core: Uint8Array, grammar: Uint8Array): Promise<CParser> {
		// both names: the loader asks for a location even when it has the bytes
		await Parser.init({ wasmBinary: core as Uint8Array<ArrayBuffer>, locateFile: (name: string) => name });
		return new CParser(await Language.load(grammar));
	}

	/** Parse `text`, reusing `old` where it did not change. `old` stays the caller's to dispose. */
	parse(text: string, old?: Parsed): Parsed {
		const before = old instanceof OwnedParse ? old : undefined;
		let tree = this.run(text, before);
		// a tree repaired on top of an old one may differ from a fresh one: only clean ones are kept
		if (before && tree.rootNode.hasError) {
			tree.delete();
			tree = this.run(text, undefined);
		}
		const copy = this.copy(tree);
		return new OwnedParse(text, tree, copy.root, copy.errors, copy.tooDeep);
	}

	private run(text: string, before: OwnedParse | undefined): Tree {
		let base: Tree | undefined;
		if (before) {
			base = before.tree.copy();
			base.edit(singleEdit(before.text, text));
		}
		const tree = this.parser.parse(text, base ?? null);
		base?.delete();
		if (!tree) throw new Error('the parser gave no tree');
		return tree;
	}

	/** Copy the tree with one cursor walk, without recursion. Each question to the cursor is a call into wasm: few are asked. */
	private copy(tree: Tree): { root: PlainNode; errors: number; tooDeep: boolean } {
		const cursor = tree.walk();
		let errors = 0;
		let tooDeep = false;
		const mayErr = tree.rootNode.hasError;
		/** The node at the cursor, put below `parent`; undefined where it is left out or nothing in it is asked for. */
		const copied = (parent: MutableNode | undefined, isFirst: boolean): MutableNode | undefined => {
			const id = cursor.nodeTypeId;
			const type = this.types[id] ?? 'ERROR';
			if (mayErr && (type === 'ERROR' || id >= this.types.length || cursor.nodeIsMissing)) errors++;
			if (this.leftOut[id]) return undefined;
			const start = parent && isFirst && !mayErr ? parent.start : cursor.startIndex;
			const named = this.namedTypes[id] ?? true;
			const node: MutableNode = {
				type,
				field: this.fields[cursor.currentFieldId] ?? '',
				start,
				end: named || mayErr ? cursor.endIndex : start + type.length,
				named,
				children: [],
			};
			parent?.children.push(node);
			// of a tree with errors all of them are counted
			return this.leaves[id] && !mayErr ? undefined : node;
		};
		const root = copied(undefined, true) as MutableNode;
		/** The nodes around the cursor. */
		const open = [root];
		let inner: MutableNode | undefined = root;
		walk: for (;;) {
			if (inner && open.length < DEEPEST && cursor.gotoFirstChild()) {
				if (inner !== root) open.push(inner);
				inner = copied(open.at(-1), true);
				continue;
			}
			if (inner && open.length >= DEEPEST) tooDeep = true;
			while (!cursor.gotoNextSibling()) {
				if (open.length === 1 || !cursor.gotoParent()) break walk;
				open.pop();
			}
			inner = copied(open.at(-1), false);
		}
		cursor.delete();
		return { root, errors, tooDeep };
	}
}

class OwnedParse implements Parsed {
	readonly text: string;
	readonly tree: Tree;
	readonly root: PlainNode;
	readonly errors: number;
	readonly tooDeep: boolean;

	constructor(text: string, tree: Tree, root: PlainNode, errors: number, tooDeep: boolean) {
		this.text = text;
		this.tree = tree;
		this.root = root;
		this.errors = errors;
		this.tooDeep = tooDeep;
	}

	dispose(): void {
		this.tree.delete();
	}
}
