/** The statements of a function as they are written: the control-flow graph knows no lines to replace. */
import type { Range } from '../syntax/ir.js';
import { closing, isName, isPunct, Token, type Tokens, tokenize, tokenText } from '../syntax/tokens.js';

export type Statement = Range &
	(
		| { readonly kind: 'simple' | 'label' | 'directive' }
		| { readonly kind: 'block'; readonly body: readonly Statement[] }
		/** `test` without its brackets. */
		| {
				readonly kind: 'if';
				readonly test: Range;
				readonly then: Statement;
				readonly otherwise: Statement | undefined;
		  }
		/** `for`, `while`, `switch`, a loop macro, and `do` with its test behind. */
		| { readonly kind: 'loop'; readonly word: string; readonly body: Statement }
	);

/** Statements nested deeper than this are not read. */
const DEEPEST = 60;

const HEADED = new Set(['for', 'while', 'switch']);

class Reader {
	private i = 0;
	private readonly tokens: Tokens;

	constructor(tokens: Tokens) {
		this.tokens = tokens;
	}

	/** The statement at the current token; undefined where it cannot be told. */
	statement(depth: number): Statement | undefined {
		const { tokens } = this;
		const first = this.i;
		if (first >= tokens.count || depth > DEEPEST) return undefined;
		if (tokens.kinds[first] === Token.Directive) {
			this.i++;
			return { kind: 'directive', ...this.range(first) };
		}
		if (isPunct(tokens, first, '{')) return this.block(depth);
		if (!isName(tokens, first)) return this.simple();
		const word = tokenText(tokens, first);
		if (word === 'if') return this.conditional(depth);
		if (word === 'do') return this.doLoop(depth);
		if (word === 'case' || word === 'default') return this.label();
		if (isPunct(tokens, first + 1, ':') && !isPunct(tokens, first + 2, ':')) return this.label();
		if (isPunct(tokens, first + 1, '(')) {
			const close = closing(tokens, first + 1, tokens.count);
			const follows = isPunct(tokens, close + 1, '{') || isName(tokens, close + 1);
			if (HEADED.has(word) || follows) return this.loop(word, close, depth);
		}
		return this.simple();
	}

	private range(first: number): Range {
		return { start: this.tokens.starts[first] as number, end: this.tokens.ends[this.i - 1] as number };
	}

	private block(depth: number): Statement | undefined {
		const first = this.i++;
		const body: Statement[] = [];
		while (!isPunct(this.tokens, this.i, '}')) {
			const inner = this.statement(depth + 1);
			if (!inner) return undefined;
			body.push(inner);
		}
		this.i++;
		return { kind: 'block', body, ...this.range(first) };
	}

	private conditional(depth: number): Statement | undefined {
		const { tokens } = this;
		const first = this.i;
		const open = first + 1;
		const close = closing(tokens, open, tokens.count);
		if (!isPunct(tokens, open, '(') || close - open < 2) return undefined;
		const test = { start: tokens.starts[open + 1] as number, end: tokens.ends[close - 1] as number };
		this.i = close + 1;
		const then = this.statement(depth + 1);
		if (!then) return undefined;
		let otherwise: Statement | undefined;
		if (this.i < tokens.count && isName(tokens, this.i) && tokenText(tokens, this.i) === 'else') {
			this.i++;
			otherwise = this.statement(depth + 1);
			if (!otherwise) return undefined;
		}
		return { kind: 'if', test, then, otherwise, ...this.range(first) };
	}

	private loop(word: string, close: number, depth: number): Statement | undefined {
		const first = this.i;
		this.i = close + 1;
		if (isPunct(this.tokens, this.i, ';')) {
			this.i++;
			return { kind: 'simple', ...this.range(first) };
		}
		const body = this.statement(depth + 1);
		return body && { kind: 'loop', word, body, ...this.range(first) };
	}

	private doLoop(depth: number): Statement | undefined {
		const { tokens } = this;
		const first = this.i++;
		const body = this.statement(depth + 1);
		if (!body || !isPunct(tokens, this.i + 1, '(')) return undefined;
		this.i = closing(tokens, this.i + 1, tokens.count) + 1;
		if (!isPunct(tokens, this.i, ';')) return undefined;
		this.i++;
		return { kind: 'loop', word: 'do', body, ...this.range(first) };
	}

	private label(): Statement | undefined {
		const first = this.i;
		while (this.i < this.tokens.count && !isPunct(this.tokens, this.i, ':')) this.i++;
		if (this.i >= this.tokens.count) return undefined;
		this.i++;
		return { kind: 'label', ...this.range(first) };
	}

	private simple(): Statement | undefined {
		const { tokens } = this;
		const first = this.i;
		for (; this.i < tokens.count; this.i++) {
			// one arm of an `#if` inside a statement is no statement
			if (tokens.kinds[this.i] === Token.Directive || isPunct(tokens, this.i, '}')) return undefined;
			if (isPunct(tokens, this.i, ';')) {
				this.i++;
				return { kind: 'simple', ...this.range(first) };
			}
			if ('([{'.includes(tokens.text[tokens.starts[this.i] as number] as string) && !isName(tokens, this.i))
				this.i = closing(tokens, this.i, tokens.count);
		}
		return undefined;
	}
}

/**
 * The body of a function, offsets as in `text`.
 * @param body range with its braces
 * @returns undefined where the statements cannot be told apart
 */
export function statementsOf(text: string, body: Range): Statement | undefined {
	return new Reader(tokenize(text, body.start, body.end)).statement(0);
}

function children(at: Statement): readonly Statement[] {
	if (at.kind === 'block') return at.body;
	if (at.kind === 'if') return at.otherwise ? [at.then, at.otherwise] : [at.then];
	return at.kind === 'loop' ? [at.body] : [];
}

/** The statements around an offset, outermost first. */
export function pathTo(root: Statement, offset: number): readonly Statement[] {
	const path: Statement[] = [];
	let at: Statement | undefined = root;
	while (at) {
		path.push(at);
		at = children(at).find(({ start, end }) => start <= offset && offset < end);
	}
	return path;
}

/** What a statement does, one after the other: the contents of a block, else the statement itself. */
export function contents(at: Statement): readonly Statement[] {
	return at.kind === 'block' ? at.body.flatMap(contents) : [at];
}

/** What stands at `at` may be reached again: a jump behind it leads to a label before it. */
export function jumpsBackOver(text: string, { body }: { readonly body: Range }, at: number): boolean {
	const after = text.slice(at, body.end);
	return [...text.slice(body.start, at).matchAll(/^[\t ]*(\w+):(?!:)/gm)].some(([, label]) =>
		new RegExp(`\\bgoto\\s+${label}\\b`).test(after),
	);
}
