/**
 * The function IR: plain data, no tree-sitter nodes.
 * Every `start`/`end` is a UTF-16 offset into the file's text (0-based, end exclusive).
 */
import type { Effort, FileEffort } from './effort.js';

export interface Range {
	readonly start: number;
	readonly end: number;
}

/** The range of a node alone, without the node. */
export function span({ start, end }: Range): Range {
	return { start, end };
}

/** A place in another file of the tree. */
export interface Place {
	/** Of the same kind as the path of the analysed file. */
	readonly path: string;
	/** From 1. */
	readonly line: number;
	/** From 1, UTF-16. */
	readonly column: number;
}

export type Expr =
	| (Range & { readonly kind: 'name'; readonly name: string })
	| (Range & { readonly kind: 'number'; readonly value: number | undefined; readonly text: string })
	/** `isFormat`: it holds a conversion, as in "%d pages". */
	| (Range & { readonly kind: 'string'; readonly isFormat: boolean })
	| CallExpr
	/** Prefix `! ~ - + * &`, and `++`/`--` (also postfix). */
	| (Range & { readonly kind: 'unary'; readonly op: string; readonly operand: Expr })
	| (Range & {
			readonly kind: 'binary';
			readonly op: string;
			readonly left: Expr;
			readonly right: Expr;
			readonly opStart: number;
	  })
	/** `=`, `|=`, `&=`, ... */
	| (Range & { readonly kind: 'assign'; readonly op: string; readonly left: Expr; readonly right: Expr })
	/** `a ? b : c`, and GNU `a ?: c` (whenTrue = undefined). */
	| (Range & {
			readonly kind: 'conditional';
			readonly test: Expr;
			readonly whenTrue: Expr | undefined;
			readonly whenFalse: Expr;
	  })
	| (Range & { readonly kind: 'field'; readonly object: Expr; readonly field: string; readonly arrow: boolean })
	| (Range & { readonly kind: 'index'; readonly object: Expr; readonly index: Expr })
	| (Range & { readonly kind: 'cast'; readonly type: CType; readonly operand: Expr })
	| (Range & { readonly kind: 'comma'; readonly items: readonly Expr[] })
	/** `{ .a = x, y }`; `fields`: the names of the fields of the items, where they are given. */
	| (Range & {
			readonly kind: 'list';
			readonly items: readonly Expr[];
			readonly fields: readonly (string | undefined)[];
	  })
	/** Anything else (sizeof, statement expressions, generic selections), with what it contains. */
	| (Range & { readonly kind: 'other'; readonly items: readonly Expr[] });

export interface CallExpr extends Range {
	readonly kind: 'call';
	readonly callee: Expr;
	/** Name of a direct call, "" for a call through a pointer expression. */
	readonly name: string;
	/** Range of the callee. */
	readonly nameRange: Range;
	readonly args: readonly Expr[];
	/** Range of the argument list with its parentheses. */
	readonly argsRange: Range;
}

/** A type as written: `struct page **` is base "struct page", pointers 2. */
export interface CType {
	readonly base: string;
	readonly pointers: number;
	readonly array: boolean;
}

export interface Variable extends Range {
	readonly name: string;
	readonly type: CType;
}

/** One step of a block; control flow is in the edges between blocks. */
export type Step =
	| (Range & { readonly kind: 'eval'; readonly expr: Expr })
	| (Range & {
			readonly kind: 'declare';
			readonly variable: Variable;
			readonly init: Expr | undefined;
			readonly cleanup: string | undefined;
	  })
	| (Range & { readonly kind: 'return'; readonly value: Expr | undefined })
	/** A `*_for_each_*(...)` header: a call that heads a loop. */
	| (Range & { readonly kind: 'each'; readonly macro: string; readonly args: readonly Expr[] });

export interface Block {
	readonly id: number;
	readonly steps: readonly Step[];
	/** A block ends in a jump (one successor) or in a test (two: true, false), or leaves (none). */
	readonly test: Expr | undefined;
	/** With a test: [whenTrue, whenFalse]. Without: any number of possible next blocks (loop macro, switch), none at the end. */
	readonly successors: readonly number[];
	/** The kernel stops here: BUG(), panic(), an assertion that fails. */
	readonly stops: boolean;
}

/** A loop as written: `for`, `while`, `do`, a loop macro. */
export interface Loop extends Range {
	/** Block that control reaches when the loop is over. */
	readonly exit: number;
	/** Blocks whose test (or loop macro) decides whether the loop goes on: an edge from one to `exit` is its ordinary end. */
	readonly heads: readonly number[];
	/** What runs before a `for` loop; undefined elsewhere. */
	readonly init: Expr | undefined;
	readonly test: Expr | undefined;
	/** What runs after each pass of a `for` loop. */
	readonly update: Expr | undefined;
}

export interface FunctionIR extends Range {
	readonly name: string;
	readonly nameRange: Range;
	readonly isStatic: boolean;
	readonly returnType: CType;
	readonly params: readonly Variable[];
	/** All local variables, block scopes flattened (an inner shadow has its own entry later in the list). */
	readonly locals: readonly Variable[];
	/** Entry is blocks[0]. */
	readonly blocks: readonly Block[];
	/** Loops in source order, outer before inner. */
	readonly loops: readonly Loop[];
	/** Range of the body with its braces. */
	readonly body: Range;
	/** Every call of the body in source order, also those nested in other expressions. */
	readonly calls: readonly CallExpr[];
	/** 0 for the default choice of `#if` arms; further readings of the same function count up. */
	readonly variant: number;
	/**
	 * The parser saw no ERROR or MISSING node inside, and the function was not given up since. Rules that follow paths skip a
	 * function that is not clean.
	 */
	readonly hasNoSyntaxErrors: boolean;
	/** What was done to find out about it. */
	readonly effort: Effort;
}

/** `#define NAME value` or `#define NAME(params) body` that names one of our words. */
export interface MacroIR extends Range {
	readonly name: string;
	readonly nameRange: Range;
	/** undefined for an object-like macro. */
	readonly params: readonly string[] | undefined;
	/** The body as an expression, when it is one. */
	readonly value: Expr | undefined;
	readonly calls: readonly CallExpr[];
}

export interface FileIR {
	/** What was done to find out about its functions. */
	readonly effort: FileEffort;
	/** Functions that name one of our words, each once for every reading of its `#if` arms that matters. */
	readonly functions: readonly FunctionIR[];
	/** Functions of the file that call `name` directly. */
	callers(name: string): readonly FunctionIR[];
	/** Functions of the file whose body contains the word (a field, a callee), each in all its readings. */
	naming(word: string): readonly FunctionIR[];
	/** The same with the words of the parameters: functions that may have an object of a record of this name. */
	knowing(tag: string): readonly FunctionIR[];
	/** The function of this name, also when it names none of our words; undefined when the file defines none or two. */
	lookup(name: string): FunctionIR | undefined;
	/** Name of the function around an offset of the text; undefined outside functions. */
	around(offset: number): string | undefined;
	/** Functions that name one of our words but could not be read, by name. */
	readonly unread: readonly string[];
	readonly macros: readonly MacroIR[];
	/** Names of all functions defined in the file, lowered or not: they shadow the kernel's. */
	readonly defined: ReadonlySet<string>;
	/** Type of a field of a struct or union of this file; undefined when it is not declared here. */
	field(record: string, field: string): CType | undefined;
	/** typedef name -> type, of this file. */
	readonly typedefs: ReadonlyMap<string, CType>;
	/** Spans of arms that version tests keep for other kernels (`#if LINUX_VERSION_CODE ...`): judged, but arity is not. */
	readonly compat: readonly Range[];
}
