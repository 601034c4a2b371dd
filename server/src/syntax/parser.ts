/** tree-sitter behind one door: text to plain nodes. No tree-sitter object leaves this file but `Parsed`, which owns its tree. */
import { Edit, Language, Parser, type Tree } from 'web-tree-sitter';

/** A node copied out of the tree: offsets are UTF-16 units into the parsed text. */
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

	private constructor(language: Language) {
		this.parser = new Parser();
		this.parser.setLanguage(language);
		this.fields = Array.from({ length: language.fieldCount + 1 }, (_, id) => language.fieldNameForId(id));
		this.types = Array.from({ length: language.nodeTypeCount }, (_, id) => language.nodeTypeForId(id));
		this.namedTypes = this.types.map((_, id) => language.nodeTypeIsNamed(id));
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

	/** Copy the tree with one cursor walk, without recursion. */
	private copy(tree: Tree): { root: PlainNode; errors: number; tooDeep: boolean } {
		const cursor = tree.walk();
		let errors = 0;
		let tooDeep = false;
		const mayErr = tree.rootNode.hasError;
		const node = (): MutableNode => {
			const id = cursor.nodeTypeId;
			const type = this.types[id] ?? 'ERROR';
			if (mayErr && (type === 'ERROR' || id >= this.types.length || cursor.nodeIsMissing)) errors++;
			return {
				type,
				field: this.fields[cursor.currentFieldId] ?? '',
				start: cursor.startIndex,
				end: cursor.endIndex,
				named: this.namedTypes[id] ?? true,
				children: [],
			};
		};
		const root = node();
		const stack: MutableNode[] = [root];
		walk: for (;;) {
			if (stack.length < DEEPEST && cursor.gotoFirstChild()) {
				const child = node();
				(stack.at(-1) as MutableNode).children.push(child);
				stack.push(child);
				continue;
			}
			if (stack.length >= DEEPEST) tooDeep = true;
			for (;;) {
				if (stack.length === 1) break walk;
				stack.pop();
				if (cursor.gotoNextSibling()) {
					const sibling = node();
					(stack.at(-1) as MutableNode).children.push(sibling);
					stack.push(sibling);
					break;
				}
				if (!cursor.gotoParent()) break walk;
			}
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
