/** One function: plain nodes -> control-flow graph. */
import { DECLARERS } from '../kernel/function-models.js';
import { askedOf, FLIPPED, isBool, isTruth, NEGATED, negated, statement } from './canonical.js';
import { copiesOf } from './copies.js';
import type { Effort } from './effort.js';
import type { Block, CType, Expr, FunctionIR, Loop, Range, Step, Variable } from './ir.js';
import { ExpressionLowering } from './lower-expr.js';
import type { PlainNode } from './parser.js';
import { baseType, child, declared, resolved } from './types.js';

interface Draft {
	id: number;
	steps: Step[];
	test: Expr | undefined;
	successors: number[];
	/** Nothing falls out of this block any more. */
	closed: boolean;
	stops: boolean;
}

/** Parts of a loop, known before its blocks are. */
interface LoopParts {
	init?: Expr | undefined;
	test?: Expr | undefined;
	update?: Expr | undefined;
}

interface Scope {
	breakTo: Draft;
	/** undefined in a switch: `continue` belongs to the loop around it. */
	continueTo: Draft | undefined;
}

/** One `case` of a switch; `value` is undefined for `default` and where it cannot be compared with (a range). */
interface Arm {
	readonly to: Draft;
	readonly value: Expr | undefined;
	readonly isDefault: boolean;
}

/** Macros that return their (first) argument's truth. */
const TRANSPARENT = new Set(['likely', 'unlikely', 'WARN_ON', 'WARN_ON_ONCE', 'WARN', 'WARN_ONCE', 'WARN_RATELIMIT']);

/** Functions and macros that do not return. */
const NORETURN = new Set(['BUG', 'panic', 'do_exit', 'make_task_dead', 'unreachable', 'BUILD_BUG']);

/** Macros that do not return when their first argument is true. */
const ASSERTS = new Set(['BUG_ON', 'VM_BUG_ON', 'VM_BUG_ON_PAGE', 'VM_BUG_ON_FOLIO', 'VM_BUG_ON_VMA', 'VM_BUG_ON_MM']);

export interface FunctionSource {
	/** The file's text. */
	readonly text: string;
	/** Offset of the parsed text in the file. */
	readonly base: number;
	readonly root: PlainNode;
	readonly name: string;
	readonly nameRange: Range;
	readonly body: Range;
	readonly range: Range;
	readonly clean: boolean;
	readonly variant: number;
	readonly effort: Effort;
	/** typedef name -> type, of the file. */
	readonly typedefs: ReadonlyMap<string, CType>;
}

class FunctionLowering {
	private readonly blocks: Draft[] = [];
	private readonly labels = new Map<string, Draft>();
	private readonly scopes: Scope[] = [];
	private readonly switches: Arm[][] = [];
	private readonly locals: Variable[] = [];
	private readonly loops: { node: PlainNode; exit: Draft; parts: LoopParts }[] = [];
	private readonly expressions: ExpressionLowering;
	private readonly source: FunctionSource;
	/** Variables that are another name of one in the whole function. */
	private copies: ReadonlyMap<string, string> = new Map();
	/** The variable that was declared as a copy of another by the last step. */
	private fresh:
		| { readonly name: string; readonly source: string; readonly in: Draft; readonly steps: number }
		| undefined;
	/** Statements that are part of the loop around them. */
	private readonly skipped = new Set<PlainNode>();
	private returnType: CType = { base: 'int', pointers: 0, array: false };
	/** What is being lowered. */
	private at: PlainNode | undefined;
	private names: ReadonlyMap<string, number> | undefined;
	private current: Draft;

	constructor(source: FunctionSource) {
		this.source = source;
		this.expressions = new ExpressionLowering(source.text, source.base, source.range.end, source.typedefs);
		this.current = this.block();
	}

	lower(): FunctionIR {
		const { source, expressions } = this;
		const definition = source.root.children.find((c) => c.type === 'function_definition');
		const params: Variable[] = [];
		let isStatic = false;
		if (definition) {
			isStatic = definition.children.some(
				(c) => c.type === 'storage_class_specifier' && expressions.text(c) === 'static',
			);
			const declarator = child(definition, 'declarator');
			const top = declarator && declared(declarator, expressions.text);
			this.returnType = this.typed(definition, top?.pointers ?? 0, false);
			const list = declarator && findParameters(declarator);
			for (const node of list?.children ?? []) if (node.type === 'parameter_declaration') this.parameter(node, params);
			const body = child(definition, 'body');
			// what was repaired may hide where a variable is written
			if (source.clean) {
				this.copies = copiesOf(definition, expressions.text);
				expressions.copyOf = (name) => this.copies.get(name) ?? this.lastCopy(name);
			}
			if (body) this.statement(body);
		} else {
			for (const node of source.root.children) this.statement(node);
		}
		const calls = [...expressions.calls].sort((a, b) => a.start - b.start || a.nameRange.start - b.nameRange.start);
		const isRead = source.clean && definition !== undefined;
		const { effort } = source;
		return {
			...source.range,
			name: source.name,
			nameRange: source.nameRange,
			isStatic,
			returnType: this.returnType,
			params,
			locals: this.locals,
			blocks: this.blocks.map(
				({ id, steps, test, successors, stops }): Block => ({ id, steps, test, successors, stops }),
			),
			loops: this.loops.map((loop) => this.loop(loop)),
			body: source.body,
			calls,
			variant: source.variant,
			get hasNoSyntaxErrors() {
				return isRead && !effort.isGivenUp;
			},
			effort,
		};
	}

	private parameter(node: PlainNode, params: Variable[]): void {
		const declarator = child(node, 'declarator');
		const found = declarator && declared(declarator, this.expressions.text);
		const range = this.expressions.range(found?.node ?? node);
		const type = this.typed(node, found?.pointers ?? 0, found?.array ?? false);
		if (!found && type.base === 'void') return;
		const variable = { ...range, name: found?.name ?? '', type };
		params.push(variable);
		this.expressions.declare(variable);
	}

	/** The type a declaration gives what it declares. */
	private typed(node: PlainNode, pointers: number, array: boolean): CType {
		return resolved({ base: baseType(node, this.expressions.text), pointers, array }, this.source.typedefs);
	}

	private block(): Draft {
		const draft: Draft = {
			id: this.blocks.length,
			steps: [],
			test: undefined,
			successors: [],
			closed: false,
			stops: false,
		};
		this.blocks.push(draft);
		return draft;
	}

	private jump(to: Draft): void {
		if (!this.current.closed) {
			this.current.successors.push(to.id);
			this.current.closed = true;
		}
	}

	private step(step: Step): void {
		// code after a jump: a block nobody enters
		if (this.current.closed) this.current = this.block();
		this.current.steps.push(step);
	}

	private label(name: string): Draft {
		let found = this.labels.get(name);
		if (!found) {
			found = this.block();
			this.labels.set(name, found);
		}
		return found;
	}

	/** An expression that is evaluated here: the statements of `({ ... })` in it come before. */
	private first(node: PlainNode): Expr {
		const { expressions } = this;
		const { hoist } = expressions;
		expressions.hoist = (body) => this.valueOf(body);
		const expr = expressions.expr(node);
		expressions.hoist = hoist;
		return expr;
	}

	/** Lower the statements of `({ ... })`; the last one is its value. */
	private valueOf(body: PlainNode): Expr | undefined {
		const statements = body.children.filter((c) => c.named && c.type !== 'comment');
		const last = statements.at(-1);
		const value = last?.type === 'expression_statement' ? last.children.find((c) => c.named) : undefined;
		const at = this.at;
		this.statements(value ? statements.slice(0, -1) : statements);
		const expr = value && this.first(value);
		this.at = at;
		return expr ?? { ...this.expressions.range(body), kind: 'other', items: [] };
	}

	private evaluate(node: PlainNode): Expr {
		const expr = statement(this.first(node));
		if (expr.kind === 'call' && ASSERTS.has(expr.name) && expr.args[0]) {
			const after = this.block();
			const failure = this.block();
			failure.stops = true;
			this.branch(expr.args[0], failure, after);
			this.current = after;
			return expr;
		}
		const { start, end } = this.expressions.range(node);
		const base = expr.kind === 'call' ? DECLARERS.get(expr.name) : undefined;
		const [declared] = expr.kind === 'call' && base !== undefined ? expr.args : [];
		if (base !== undefined && declared?.kind === 'name') {
			const variable = { ...declared, type: { base, pointers: 0, array: false } };
			this.locals.push(variable);
			this.expressions.declare(variable);
			this.step({ start, end, kind: 'declare', variable, init: undefined, cleanup: undefined });
			return expr;
		}
		this.step({ start, end, kind: 'eval', expr });
		if (expr.kind === 'call' && NORETURN.has(expr.name)) {
			this.current.closed = true;
			this.current.stops = true;
		}
		return expr;
	}

	private statements(nodes: readonly PlainNode[]): void {
		for (const node of nodes) if (node.named) this.statement(node);
	}

	private statement(node: PlainNode): void {
		if (this.skipped.has(node)) return;
		this.at = node;
		switch (node.type) {
			case 'compound_statement':
				return this.statements(node.children);
			case 'expression_statement': {
				const inner = node.children.find((c) => c.named);
				if (inner) this.evaluate(inner);
				return;
			}
			case 'declaration':
				return this.declaration(node);
			case 'if_statement':
				return this.ifStatement(node);
			case 'while_statement':
				return this.whileStatement(node);
			case 'do_statement':
				return this.doStatement(node);
			case 'for_statement':
				return this.forStatement(node);
			case 'switch_statement':
				return this.switchStatement(node);
			case 'case_statement':
				return this.caseStatement(node);
			case 'return_statement': {
				const value = node.children.find((c) => c.named);
				const given = value && this.first(value);
				this.step({ ...this.expressions.range(node), kind: 'return', value: given && (this.justSet(given) ?? given) });
				this.current.closed = true;
				return;
			}
			case 'goto_statement': {
				const label = child(node, 'label');
				if (label) this.jump(this.label(this.expressions.text(label)));
				else this.current.closed = true;
				return;
			}
			case 'break_statement': {
				const scope = this.scopes.at(-1);
				if (scope) this.jump(scope.breakTo);
				return;
			}
			case 'continue_statement': {
				const scope = this.scopes.findLast((s) => s.continueTo !== undefined);
				if (scope?.continueTo) this.jump(scope.continueTo);
				return;
			}
			case 'labeled_statement': {
				const label = child(node, 'label');
				const target = label ? this.label(this.expressions.text(label)) : this.block();
				this.jump(target);
				this.current = target;
				return this.statements(node.children.filter((c) => c !== label));
			}
			case 'attributed_statement':
			case 'else_clause':
			case 'ERROR':
				return this.statements(node.children);
			case 'comment':
			case 'type_definition':
			case 'struct_specifier':
			case 'union_specifier':
			case 'enum_specifier':
			case 'function_definition':
				return;
			default:
				this.evaluate(node);
				return;
		}
	}

	private declaration(node: PlainNode): void {
		const { expressions } = this;
		// what lives on between calls is no variable of one of them
		const lasts = node.children.some((c) => c.type === 'storage_class_specifier' && expressions.text(c) === 'static');
		for (const [i, declarator] of node.children.entries()) {
			if (lasts || declarator.field !== 'declarator') continue;
			const found = declared(declarator, expressions.text);
			if (!found) continue;
			const range = expressions.range(found.node);
			const variable: Variable = {
				...range,
				name: found.name,
				type: this.typed(node, found.pointers, found.array),
			};
			const value = declarator.type === 'init_declarator' ? child(declarator, 'value') : undefined;
			if (found.isFunction && !value) continue;
			this.locals.push(variable);
			expressions.declare(variable);
			// `struct x x = (struct x){ ... }`
			const list =
				value?.type === 'compound_literal_expression' && found.pointers === 0 ? child(value, 'value') : value;
			// a copy that nothing reads: what it is a copy of stands for it
			const init = list && !this.copies.has(found.name) ? this.first(list) : undefined;
			const behind = value ?? node.children[i + 1];
			const between = this.source.text.slice(
				range.end,
				behind ? expressions.range(behind).start : expressions.range(node).end,
			);
			const cleanup = /\b(?:__free|__cleanup|cleanup|__cleanup__)\s*\(\s*(\w+)\s*\)/.exec(between)?.[1];
			this.step({ ...expressions.range(declarator), kind: 'declare', variable, init, cleanup });
			const source = init?.kind === 'name' && cleanup === undefined ? expressions.typeOf(init.name) : undefined;
			if (init?.kind === 'name' && source && isSameType(source, variable.type))
				this.fresh = { name: variable.name, source: init.name, in: this.current, steps: this.current.steps.length };
		}
	}

	/** Branch on `expr`: to `yes` when it is true. Short circuits become blocks of their own. */
	private branch(expr: Expr, yes: Draft, no: Draft): void {
		const bare = unwrap(expr);
		if (bare.kind === 'unary' && bare.op === '!') return this.branch(bare.operand, no, yes);
		if (bare.kind === 'binary' && (bare.op === '&&' || bare.op === '||')) {
			const middle = this.block();
			if (bare.op === '&&') this.branch(bare.left, middle, no);
			else this.branch(bare.left, yes, middle);
			this.current = middle;
			return this.branch(bare.right, yes, no);
		}
		const asked = askedOf(bare);
		if (asked) return asked.truth ? this.branch(asked.value, yes, no) : this.branch(asked.value, no, yes);
		const remembered = this.remembered(bare);
		if (remembered) return this.branch(remembered, yes, no);
		const test = this.settled(bare);
		if (this.current.closed) this.current = this.block();
		this.current.test = this.withoutBrackets(test);
		this.current.successors.push(yes.id, no.id);
		this.current.closed = true;
	}

	/** A test is told as what stands inside of its brackets. */
	private withoutBrackets(test: Expr): Expr {
		let { start, end } = test;
		const { text } = this.source;
		if (test.kind === 'call' || text[start] !== '(') return test;
		while (text[start] === '(' && closedAt(text, start, end) === end - 1) {
			start += 1 + (/^\s*/.exec(text.slice(start + 1, end))?.[0].length ?? 0);
			end -= 1;
			while (end > start && /\s/.test(text[end - 1] ?? '')) end--;
		}
		return { ...test, start, end };
	}

	/** `(r = f()) < n` assigns first, and compares then. */
	private settled(test: Expr): Expr {
		const inner = unwrap(test);
		if (inner.kind === 'assign' && inner.op === '=' && isPlace(unwrap(inner.left))) {
			this.step({ start: inner.start, end: inner.end, kind: 'eval', expr: inner });
			return inner.left;
		}
		if (test.kind !== 'binary' || !NEGATED[test.op]) return test;
		if (isStill(test.right)) return { ...test, left: this.settled(test.left) };
		return isStill(test.left) ? { ...test, right: this.settled(test.right) } : test;
	}

	/** What is tested by a local variable that was set to it just before, and that is read nowhere else. */
	private remembered(test: Expr): Expr | undefined {
		const last = this.current.closed ? undefined : this.current.steps.at(-1);
		if (test.kind !== 'name' || last?.kind !== 'declare' || last.variable.name !== test.name) return undefined;
		const { init, variable } = last;
		const { base, pointers, array } = variable.type;
		if (!init || pointers > 0 || array || last.cleanup !== undefined) return undefined;
		if (!isBool(variable.type) && !(/^(?:unsigned )?(?:int|long)$/.test(base) && isTruth(unwrap(init))))
			return undefined;
		if (this.occurrences(test.name) !== 2) return undefined;
		this.current.steps.splice(-1, 1, { ...last, init: undefined });
		return init;
	}

	/** `n > i` with the variable that the loop changes on the left side. */
	private turned(test: Expr, loop: PlainNode): Expr {
		const inner = unwrap(test);
		const twice = inner.kind === 'unary' && inner.op === '!' ? unwrap(inner.operand) : undefined;
		if (twice?.kind === 'unary' && twice.op === '!') return this.turned(twice.operand, loop);
		if (inner.kind !== 'binary') return test;
		if (inner.op === '&&')
			return { ...inner, left: this.turned(inner.left, loop), right: this.turned(inner.right, loop) };
		const op = FLIPPED[inner.op];
		const [left, right] = [unwrap(inner.left), unwrap(inner.right)];
		if (!op || right.kind !== 'name' || (left.kind !== 'name' && left.kind !== 'field')) return test;
		const changed = this.changedIn(loop);
		if (!changed.has(right.name) || (left.kind === 'name' && changed.has(left.name))) return test;
		return { ...inner, op, left: inner.right, right: inner.left };
	}

	/** Variables that are assigned or counted in a loop. */
	private changedIn(loop: PlainNode): ReadonlySet<string> {
		const names = new Set<string>();
		const pending = [loop];
		for (let node = pending.pop(); node; node = pending.pop()) {
			pending.push(...node.children);
			const target =
				node.type === 'update_expression'
					? child(node, 'argument')
					: node.type === 'assignment_expression'
						? child(node, 'left')
						: undefined;
			if (target?.type === 'identifier') names.add(this.expressions.text(target));
		}
		return names;
	}

	/** What a variable is a copy of that is read by the statement behind its declaration and nowhere else. */
	private lastCopy(name: string): string | undefined {
		const { fresh, current, at } = this;
		if (fresh?.name !== name || fresh.in !== current || fresh.steps !== current.steps.length || !at) return undefined;
		if (this.occurrences(name) !== 2 || this.changedIn(at).has(fresh.source)) return undefined;
		// nothing reads the copy any more
		const last = current.steps.at(-1);
		if (last?.kind === 'declare') current.steps.splice(-1, 1, { ...last, init: undefined });
		return fresh.source;
	}

	/** `T r = x; return r;` returns `x`: what a variable was set to just before, which is read nowhere else. */
	private justSet(value: Expr): Expr | undefined {
		const last = this.current.closed ? undefined : this.current.steps.at(-1);
		if (value.kind !== 'name' || last?.kind !== 'declare' || last.variable.name !== value.name) return undefined;
		const { init, variable } = last;
		if (!init || init.kind === 'list' || last.cleanup !== undefined || this.occurrences(value.name) !== 2)
			return undefined;
		if (!isSameType(variable.type, this.returnType)) return undefined;
		this.current.steps.splice(-1, 1, { ...last, init: undefined });
		return init;
	}

	/** How often a name stands in the function. */
	private occurrences(name: string): number {
		if (!this.names) {
			const names = new Map<string, number>();
			const pending = [this.source.root];
			for (let node = pending.pop(); node; node = pending.pop()) {
				pending.push(...node.children);
				if (node.type !== 'identifier' && node.type !== 'type_identifier') continue;
				const text = this.expressions.text(node);
				names.set(text, (names.get(text) ?? 0) + 1);
			}
			this.names = names;
		}
		return this.names.get(name) ?? 0;
	}

	/** The word in the file at a node: softening may have made a macro an `if` or `while`. */
	private wordAt(node: PlainNode): string {
		const { start } = this.expressions.range(node);
		return /^\w+/.exec(this.source.text.slice(start, start + 64))?.[0] ?? '';
	}

	private condition(
		node: PlainNode,
		read = (inner: PlainNode): Expr => this.expressions.expr(inner),
	): Expr | undefined {
		const condition = child(node, 'condition');
		const inner = condition?.type === 'parenthesized_expression' ? condition.children.find((c) => c.named) : condition;
		return inner && read(inner);
	}

	private ifStatement(node: PlainNode): void {
		const word = this.wordAt(node);
		const loop = word === 'if' ? this.rotated(node) : undefined;
		if (loop) return this.whileStatement(loop, 'while');
		const test = this.condition(node, (inner) => this.first(inner));
		if (word !== 'if') {
			// a guard macro: its block is entered
			if (test) this.each(node, word, test);
			const body = child(node, 'consequence');
			if (body) this.statement(body);
			return;
		}
		const yes = this.block();
		const no = this.block();
		const after = this.block();
		if (test) this.branch(test, yes, no);
		else {
			this.current.successors.push(yes.id, no.id);
			this.current.closed = true;
		}
		this.current = yes;
		const consequence = child(node, 'consequence');
		if (consequence) this.statement(consequence);
		this.jump(after);
		this.current = no;
		const alternative = child(node, 'alternative');
		if (alternative) this.statement(alternative);
		this.jump(after);
		this.current = after;
	}

	private each(node: PlainNode, macro: string, args: Expr): void {
		this.step({
			...this.expressions.range(node),
			kind: 'each',
			macro,
			args: args.kind === 'comma' ? flatComma(args) : [args],
		});
	}

	private loop({ node, exit, parts }: { node: PlainNode; exit: Draft; parts: LoopParts }): Loop {
		const decides = (draft: Draft): boolean => draft.successors.length === 2 && draft.successors.includes(exit.id);
		return {
			...this.expressions.range(node),
			exit: exit.id,
			heads: this.blocks.filter(decides).map(({ id }) => id),
			init: parts.init,
			test: parts.test,
			update: parts.update,
		};
	}

	private loopBody(node: PlainNode, head: Draft, body: Draft, after: Draft): void {
		this.scopes.push({ breakTo: after, continueTo: head });
		this.current = body;
		const inner = child(node, 'body');
		if (inner) this.statement(inner);
		this.jump(head);
		this.scopes.pop();
	}

	/** `for (;;) { if (!c) break; ... }` is `while (c) { ... }`: that test, which the body is lowered without. */
	private testInside(loop: PlainNode): Expr | undefined {
		let first = child(loop, 'body');
		while (first?.type === 'compound_statement') first = first.children.find((c) => c.named && c.type !== 'comment');
		if (first?.type !== 'if_statement' || this.wordAt(first) !== 'if' || child(first, 'alternative')) return undefined;
		let jump = child(first, 'consequence');
		while (jump?.type === 'compound_statement') jump = jump.children.find((c) => c.named && c.type !== 'comment');
		const condition = jump?.type === 'break_statement' ? child(first, 'condition') : undefined;
		if (!condition) return undefined;
		this.skipped.add(first);
		return this.turned(negated(this.expressions.range(condition), this.expressions.expr(condition)), loop);
	}

	/** `i = 0;` before a loop that tests `i`, as the first part of the loop: the last that is done to it in the block before. */
	private setBefore(block: Draft, test: Expr | undefined): Expr | undefined {
		const tested = test?.kind === 'binary' ? unwrap(test.left) : undefined;
		if (tested?.kind !== 'name') return undefined;
		const mention = new RegExp(`\\b${tested.name}\\b`);
		for (const step of block.steps.toReversed()) {
			const set = step.kind === 'declare' ? setBy(step) : step.kind === 'eval' ? step.expr : undefined;
			const target =
				set?.kind === 'assign'
					? unwrap(set.left)
					: set?.kind === 'unary' && /^(?:\+\+|--)$/.test(set.op)
						? unwrap(set.operand)
						: undefined;
			if (target?.kind === 'name' && target.name === tested.name)
				return set?.kind === 'assign' && set.op === '=' ? set : undefined;
			// it may be changed through its address
			if (mention.test(this.source.text.slice(step.start, step.end))) return undefined;
		}
		return undefined;
	}

	/** The loop in `if (c) do { ... } while (c);`, which is `while (c) { ... }`. */
	private rotated(node: PlainNode): PlainNode | undefined {
		let only = child(node, 'alternative') ? undefined : child(node, 'consequence');
		while (only?.type === 'compound_statement') {
			const inside = only.children.filter((c) => c.named && c.type !== 'comment');
			only = inside.length === 1 ? inside[0] : undefined;
		}
		const [tests, again] = only?.type === 'do_statement' ? [child(node, 'condition'), child(only, 'condition')] : [];
		const written = (part: PlainNode): string => this.expressions.text(part).replace(/\s+/g, ' ');
		// a call stands there twice, and is listed twice
		return tests && again && written(tests) === written(again) && !hasCall(tests) ? only : undefined;
	}

	private whileStatement(node: PlainNode, word = this.wordAt(node)): void {
		const preset = this.current;
		const head = this.block();
		const body = this.block();
		const after = this.block();
		this.jump(head);
		this.current = head;
		const condition = this.condition(node);
		const written = condition && this.turned(condition, node);
		const inside = word === 'while' && written && isConstantTrue(written) ? this.testInside(node) : undefined;
		const test = inside ?? written;
		const parts: LoopParts = word === 'while' ? { test, init: this.setBefore(preset, test) } : {};
		this.loops.push({ node, exit: after, parts });
		if (word !== 'while' && test) {
			this.each(node, word, test);
			head.successors.push(body.id, after.id);
			head.closed = true;
		} else if (test && isConstantTrue(test)) this.jump(body);
		else if (test) this.branch(test, body, after);
		else this.jump(body);
		this.loopBody(node, head, body, after);
		this.current = after;
	}

	private doStatement(node: PlainNode): void {
		const inner = child(node, 'body');
		const value = child(node, 'condition');
		// `do { ... } while (0)` is no loop
		if (inner && value && !isLeft(inner) && /^[\s(]*(?:0|false)[\s)]*$/.test(this.expressions.text(value)))
			return this.statement(inner);
		const body = this.block();
		const check = this.block();
		const after = this.block();
		this.jump(body);
		const parts: LoopParts = {};
		this.loops.push({ node, exit: after, parts });
		this.loopBody(node, check, body, after);
		this.current = check;
		const condition = this.condition(node);
		const test = condition && this.turned(condition, node);
		parts.test = test;
		if (test && isConstantFalse(test)) this.jump(after);
		else if (test && isConstantTrue(test)) this.jump(body);
		else if (test) this.branch(test, body, after);
		else this.jump(after);
		this.current = after;
	}

	private forStatement(node: PlainNode): void {
		const initializer = child(node, 'initializer');
		const parts: LoopParts = {};
		if (initializer) parts.init = this.initialize(initializer);
		const preset = initializer ? undefined : this.current;
		const head = this.block();
		const body = this.block();
		const update = this.block();
		const after = this.block();
		this.jump(head);
		this.current = head;
		this.loops.push({ node, exit: after, parts });
		const condition = child(node, 'condition');
		parts.test = condition ? this.turned(this.expressions.expr(condition), node) : this.testInside(node);
		if (preset) parts.init = this.setBefore(preset, parts.test);
		if (parts.test) this.branch(parts.test, body, after);
		else this.jump(body);
		this.loopBody(node, update, body, after);
		this.current = update;
		const advance = child(node, 'update');
		if (advance) parts.update = this.evaluate(advance);
		this.jump(head);
		this.current = after;
	}

	/** The first part of a `for`; a declaration is given as the assignment it makes. */
	private initialize(node: PlainNode): Expr | undefined {
		if (node.type !== 'declaration') return this.evaluate(node);
		this.declaration(node);
		const step = this.current.steps.at(-1);
		return step?.kind === 'declare' ? setBy(step) : undefined;
	}

	private switchStatement(node: PlainNode): void {
		const test = this.condition(node);
		if (test) this.step({ start: test.start, end: test.end, kind: 'eval', expr: test });
		if (this.current.closed) this.current = this.block();
		const head = this.current;
		const after = this.block();
		head.closed = true;
		const arms: Arm[] = [];
		this.switches.push(arms);
		this.scopes.push({ breakTo: after, continueTo: undefined });
		this.current = this.block();
		const body = child(node, 'body');
		if (body) this.statement(body);
		this.jump(after);
		this.scopes.pop();
		this.switches.pop();
		this.dispatch(head, test, arms, after);
		this.current = after;
	}

	/** From the head of a switch to its arms: one comparison after the other, where reading the value again changes nothing. */
	private dispatch(head: Draft, test: Expr | undefined, arms: readonly Arm[], after: Draft): void {
		const subject = test && subjectOf(unwrap(test));
		let at = head;
		for (const { to, value } of arms) {
			if (!subject || !value) continue;
			const next = this.block();
			const { start, end } = value;
			at.test = { start, end, kind: 'binary', op: '==', left: subject, right: value, opStart: start };
			at.successors.push(to.id, next.id);
			next.closed = true;
			at = next;
		}
		for (const { to, value, isDefault } of arms) if (isDefault || !subject || !value) at.successors.push(to.id);
		if (!arms.some((arm) => arm.isDefault)) at.successors.push(after.id);
	}

	private caseStatement(node: PlainNode): void {
		const to = this.block();
		const value = child(node, 'value');
		const isRange = value !== undefined && this.expressions.text(value).includes('...');
		this.switches
			.at(-1)
			?.push({ to, value: value && !isRange ? this.expressions.expr(value) : undefined, isDefault: !value });
		this.jump(to);
		this.current = to;
		this.statements(node.children.filter((c) => c !== value));
	}
}

/** What the arms of a switch compare with; the value of a call stands there without the call, which is made only once. */
function subjectOf(test: Expr): Expr | undefined {
	if (isPlace(test)) return test;
	return test.kind === 'call' ? { start: test.start, end: test.end, kind: 'other', items: [] } : undefined;
}

/** A variable or field: reading it has no effect. */
function isPlace(expr: Expr): boolean {
	return expr.kind === 'name' || (expr.kind === 'field' && isPlace(unwrap(expr.object)));
}

/** A declaration as the assignment it makes. */
function setBy({ start, end, variable, init }: Step & { readonly kind: 'declare' }): Expr | undefined {
	if (!init) return undefined;
	const left = { start: variable.start, end: variable.end, kind: 'name', name: variable.name } as const;
	return { start, end, kind: 'assign', op: '=', left, right: init };
}

function isSameType(a: CType, b: CType): boolean {
	return a.base === b.base && a.pointers === b.pointers && !a.array && !b.array;
}

/** Where the bracket at `start` is closed, or -1. */
function closedAt(text: string, start: number, end: number): number {
	let depth = 0;
	for (let i = start; i < end; i++) {
		if (text[i] === '(') depth++;
		else if (text[i] === ')' && --depth === 0) return i;
	}
	return -1;
}

function hasCall(node: PlainNode): boolean {
	return node.type === 'call_expression' || node.children.some(hasCall);
}

/** A `break` or `continue` in the body of a loop is one of this loop. */
function isLeft(body: PlainNode): boolean {
	if (body.type === 'continue_statement' || body.type === 'break_statement') return true;
	// that of a switch may be about the loop as well
	if (/^(?:for|while|do)_statement$/.test(body.type)) return false;
	return body.children.some(isLeft);
}

/** Evaluating it changes nothing, so that it may be done before or after something else. */
function isStill(expr: Expr): boolean {
	switch (expr.kind) {
		case 'name':
		case 'number':
		case 'string':
			return true;
		case 'cast':
			return isStill(expr.operand);
		case 'field':
			return isStill(expr.object);
		case 'index':
			return isStill(expr.object) && isStill(expr.index);
		case 'unary':
			return expr.op !== '++' && expr.op !== '--' && isStill(expr.operand);
		case 'binary':
			return isStill(expr.left) && isStill(expr.right);
		default:
			return false;
	}
}

function findParameters(declarator: PlainNode): PlainNode | undefined {
	for (let at: PlainNode | undefined = declarator; at; at = child(at, 'declarator')) {
		const list = child(at, 'parameters');
		if (list) return list;
	}
	return undefined;
}

/** Without macros that only pass a truth value on. */
export function unwrap(expr: Expr): Expr {
	let at = expr;
	while (at.kind === 'call' && TRANSPARENT.has(at.name) && at.args[0]) at = at.args[0];
	return at;
}

function flatComma(expr: Expr): Expr[] {
	return expr.kind === 'comma' ? expr.items.flatMap(flatComma) : [expr];
}

function isConstantTrue(expr: Expr): boolean {
	const bare = unwrap(expr);
	return (bare.kind === 'number' && bare.value !== 0) || (bare.kind === 'name' && bare.name === 'true');
}

function isConstantFalse(expr: Expr): boolean {
	const bare = unwrap(expr);
	return (bare.kind === 'number' && bare.value === 0) || (bare.kind === 'name' && bare.name === 'false');
}

export function lowerFunction(source: FunctionSource): FunctionIR {
	return new FunctionLowering(source).lower();
}
