/** The file cut into its top-level items, without a parser: braces, semicolons and `#if` arms are enough. */
import { type Conditions, directive, type Group } from './conditions.js';
import { atLineStart, closing, isName, isPunct, Token, type Tokens, tokenText } from './tokens.js';

export type ItemKind = 'function' | 'record' | 'typedef' | 'macro' | 'other';

/** One top-level item, or a `#define` wherever it stands. */
export interface Item {
	readonly kind: ItemKind;
	/** Token range, end exclusive. */
	readonly first: number;
	readonly last: number;
	/** Token index of the function's, record's or macro's name; -1 when it has none. */
	readonly name: number;
	/** Function: token index of the body's `{`. */
	readonly body: number;
	/** Function: token index of the `(` of its parameters. */
	readonly params: number;
	/** The `#if` groups inside, of which one arm at a time is read. */
	readonly groups: readonly Group[];
}

/** Annotations with arguments that may stand where a parameter list could. */
const ANNOTATION =
	/^__(?:acquires?|releases?|must_hold|no_must_hold|cond_acquires|cond_releases|cond_lock|attribute__|printf|scanf|aligned|section|alloc_size|nonnull|guarded_by|no_context_analysis)\w*$/;
const DEFINERS = /^(?:COMPAT_)?(?:SYSCALL_DEFINE|BPF_CALL_|SYSCALL32_DEFINE|SYSCALL_\w*DEFINE)/;

/** `#if` deeper than compilers must take: arms are read without asking whether they hold whole items. */
const MAX_NESTING = 63;

/** The macro that defines a system call or BPF helper: its first argument is the name. */
export function isDefiner(name: string): boolean {
	return DEFINERS.test(name);
}

class Walk {
	readonly items: Item[] = [];
	private i = 0;
	private first = -1;
	private groups: Group[] = [];
	/** No directive lies between the current token and this one. */
	private nextDirective = 0;
	/** Groups of which all arms are read, one after the other. */
	private readonly open: Group[] = [];
	private readonly tokens: Tokens;
	private readonly conditions: Conditions;
	private readonly resync: boolean;
	/** Braces did not match: the file is half-typed or cut by macros. */
	unbalanced = false;

	constructor(tokens: Tokens, conditions: Conditions, resync: boolean) {
		this.tokens = tokens;
		this.conditions = conditions;
		this.resync = resync;
	}

	run(): void {
		while (this.i < this.tokens.count) this.step();
	}

	/** One token at depth 0. */
	private step(): void {
		const { tokens, i } = this;
		if (tokens.kinds[i] === Token.Directive) return this.directive();
		if (isPunct(tokens, i, ';')) return this.finish(i + 1, 'other');
		if (isPunct(tokens, i, '}')) {
			this.unbalanced = true;
			return this.finish(i + 1, 'other');
		}
		if (this.first < 0) this.first = i;
		else if (isName(tokens, i) && atLineStart(tokens, i) && this.loneMacro()) {
			this.finish(i, 'other');
			this.first = i;
		}
		if (isPunct(tokens, i, '(') || isPunct(tokens, i, '['))
			this.i = Math.min(closing(tokens, i, this.limit()), this.limit() - 1) + 1;
		else if (isPunct(tokens, i, '{')) this.brace();
		else this.i++;
	}

	/** End of the text that a bracket at depth 0 may span: the next directive at the latest. */
	private limit(): number {
		// Kept from call to call: a file of a hundred thousand functions may have no directive at all.
		this.nextDirective = Math.max(this.nextDirective, this.i);
		const { tokens } = this;
		while (this.nextDirective < tokens.count && tokens.kinds[this.nextDirective] !== Token.Directive) {
			this.nextDirective++;
		}
		return this.nextDirective;
	}

	/** `MODULE_FOO(x)` without semicolon, before a declaration that starts in column 0. */
	private loneMacro(): boolean {
		const { tokens, first, i } = this;
		return (
			i > first + 2 &&
			isName(tokens, first) &&
			isPunct(tokens, first + 1, '(') &&
			closing(tokens, first + 1, i) === i - 1 &&
			!ANNOTATION.test(tokenText(tokens, first))
		);
	}

	private directive(): void {
		const { tokens, i } = this;
		const group = this.conditions.byToken.get(i);
		if (group) return this.group(group);
		const top = this.open.at(-1);
		if (top && i === top.end) this.open.pop();
		else if (top?.arms.some((arm) => arm.directive === i)) {
			const arm = top.arms.find((a) => a.directive === i);
			if (arm?.truth === 'no') {
				this.i = arm.last;
				return;
			}
		} else macroItem(tokens, i, this.items);
		this.i++;
	}

	private group(group: Group): void {
		const { i } = this;
		if (
			this.first < 0 &&
			(this.open.length > MAX_NESTING ||
				group.arms.every((arm) => arm.truth === 'no' || this.neutral(arm.first, arm.last, group.end)))
		) {
			this.open.push(group);
			const arm = group.arms[0];
			this.i = arm?.truth === 'no' ? arm.last : i + 1;
			return;
		}
		if (this.first < 0) this.first = i;
		this.choose(group);
	}

	/** Read only the default arm of a group that lies inside an item. */
	private choose(group: Group): void {
		this.groups.push(group);
		const arm = chosenArm(group, undefined);
		this.open.push({ ...group, arms: group.arms.map((a) => (a === arm ? a : { ...a, truth: 'no' as const })) });
		this.i = arm ? arm.first : group.end;
	}

	/** The tokens [first, last) hold whole items only. */
	private neutral(first: number, last: number, end: number): boolean {
		const { tokens } = this;
		let depth = 0;
		let seen = -1;
		for (let i = first; i < last; i++) {
			if (tokens.kinds[i] === Token.Directive) {
				const inner = this.conditions.byToken.get(i);
				// only the first arm of an inner group counts
				if (inner && inner.arms.length > 1) {
					const skip = inner.arms[1];
					if (skip) for (let k = inner.arms[0]?.first ?? i; k < skip.directive; k++) depth += braceStep(tokens, k);
					i = inner.end;
				}
				continue;
			}
			depth += braceStep(tokens, i);
			if (depth < 0) return false;
			seen = i;
		}
		if (depth !== 0) return false;
		if (seen < 0 || isPunct(tokens, seen, ';') || isPunct(tokens, seen, '}')) return true;
		let next = end + 1;
		while (next < tokens.count && tokens.kinds[next] === Token.Directive) next++;
		return isPunct(tokens, seen, ')') && !isPunct(tokens, next, '{');
	}

	/** `{` at depth 0: a body, a record or an initialiser. */
	private brace(): void {
		const { tokens, first } = this;
		const open = this.i;
		const header = readHeader(tokens, first, open);
		const end = this.body(open);
		// `FIXTURE(x) { .field = 1 }` is data
		if (header.isFunction && !isPunct(tokens, open + 1, '.')) {
			this.add('function', end, header.name, open, header.params);
			return;
		}
		this.i = end;
	}

	/** Index after the `}` that closes the body opened at `open`; arms of inner groups are chosen on the way. */
	private body(open: number): number {
		const { tokens } = this;
		let depth = 0;
		for (this.i = open; this.i < tokens.count; ) {
			const i = this.i;
			if (tokens.kinds[i] === Token.Directive) {
				this.inner(i);
				continue;
			}
			this.i++;
			if (tokens.kinds[i] !== Token.Punct) continue;
			const char = tokens.text[tokens.starts[i] as number];
			if (char === '{') {
				depth++;
				if (this.resync && depth > 1 && atLineStart(tokens, i) && isPunct(tokens, i - 1, ')')) {
					const header = headerStart(tokens, i, open);
					if (header > open) {
						this.i = header;
						return header;
					}
				}
			} else if (char === '}') {
				depth--;
				if (depth === 0 || (this.resync && atLineStart(tokens, i))) return i + 1;
			}
		}
		this.unbalanced = true;
		return tokens.count;
	}

	/** A directive inside a body. */
	private inner(i: number): void {
		const group = this.conditions.byToken.get(i);
		if (group) return this.choose(group);
		const top = this.open.at(-1);
		if (top && i === top.end) this.open.pop();
		else {
			const arm = top?.arms.find((a) => a.directive === i);
			if (arm?.truth === 'no') {
				this.i = arm.last;
				return;
			}
			if (!arm) macroItem(this.tokens, i, this.items);
		}
		this.i = i + 1;
	}

	private add(kind: ItemKind, last: number, name: number, body: number, params: number): void {
		this.items.push({ kind, first: this.first, last, name, body, params, groups: this.groups });
		this.first = -1;
		this.groups = [];
		this.i = last;
	}

	private finish(last: number, kind: ItemKind): void {
		const { tokens, first } = this;
		if (first < 0) {
			this.i = last;
			return;
		}
		const found = classify(tokens, first, last);
		this.add(found?.kind ?? kind, last, found?.name ?? -1, -1, -1);
		this.i = last;
	}
}

/** Arm that is read: the wished one, else the first that is not ruled out. */
export function chosenArm(group: Group, wish: number | undefined): Group['arms'][number] | undefined {
	const wished = wish === undefined ? undefined : group.arms[wish];
	return wished ?? group.arms.find((arm) => arm.truth === 'yes') ?? group.arms.find((arm) => arm.truth !== 'no');
}

function braceStep(tokens: Tokens, i: number): number {
	return isPunct(tokens, i, '{') ? 1 : isPunct(tokens, i, '}') ? -1 : 0;
}

function macroItem(tokens: Tokens, i: number, items: Item[]): void {
	if (directive(tokenText(tokens, i)).word === 'define')
		items.push({ kind: 'macro', first: i, last: i + 1, name: -1, body: -1, params: -1, groups: [] });
}

/** Where the header of the function whose `{` is at `brace` starts: the first line back that begins in column 0 after a blank end. */
function headerStart(tokens: Tokens, brace: number, floor: number): number {
	let start = -1;
	for (let i = brace - 1; i > floor; i--) {
		if (
			tokens.kinds[i] === Token.Directive ||
			isPunct(tokens, i, ';') ||
			isPunct(tokens, i, '}') ||
			isPunct(tokens, i, '{')
		)
			break;
		if (isName(tokens, i) && atLineStart(tokens, i)) start = i;
	}
	return start;
}

interface Header {
	readonly isFunction: boolean;
	readonly name: number;
	readonly params: number;
}

const RECORD = new Set(['struct', 'union', 'enum']);

/** What stands before a `{` at depth 0. */
function readHeader(tokens: Tokens, first: number, brace: number): Header {
	let name = -1;
	let params = -1;
	for (let i = first; i < brace; i++) {
		if (tokens.kinds[i] === Token.Directive) continue;
		if (isPunct(tokens, i, '=')) return { isFunction: false, name: -1, params: -1 };
		if (!isPunct(tokens, i, '(')) continue;
		const close = closing(tokens, i, brace);
		if (i > first && isName(tokens, i - 1) && !(params >= 0 && ANNOTATION.test(tokenText(tokens, i - 1)))) {
			if (!ANNOTATION.test(tokenText(tokens, i - 1)) || close === brace - 1) {
				name = i - 1;
				params = i;
			}
		}
		i = close;
	}
	if (params >= 0 && isDefiner(tokenText(tokens, name)) && isName(tokens, params + 1))
		return { isFunction: true, name: params + 1, params };
	return { isFunction: params >= 0, name, params };
}

/** Records and typedefs among the items that end with a semicolon. */
function classify(tokens: Tokens, first: number, last: number): { kind: ItemKind; name: number } | undefined {
	const head = tokenText(tokens, first);
	if (head === 'typedef') return { kind: 'typedef', name: -1 };
	for (let i = first; i < Math.min(first + 4, last); i++) {
		if (RECORD.has(tokenText(tokens, i)) && isName(tokens, i + 1)) {
			for (let k = i + 2; k < Math.min(i + 4, last); k++)
				if (isPunct(tokens, k, '{')) return { kind: 'record', name: i + 1 };
			return undefined;
		}
	}
	return undefined;
}

/**
 * Cut the file into items. Where the braces do not match, a `}` or a function header in column 0
 * starts afresh, so that one half-typed function does not swallow the rest.
 */
export function outline(tokens: Tokens, conditions: Conditions): readonly Item[] {
	const strict = new Walk(tokens, conditions, false);
	strict.run();
	if (!strict.unbalanced) return strict.items;
	const lenient = new Walk(tokens, conditions, true);
	lenient.run();
	return lenient.items;
}
