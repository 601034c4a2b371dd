/** `#define` lines that name one of our words, with their bodies as expressions where they are one. */
import type { MacroIR } from './ir.js';
import { ExpressionLowering } from './lower-expr.js';
import { normaliseTokens } from './macro-normalisation.js';
import type { Item } from './outline.js';
import type { CParser, PlainNode } from './parser.js';
import { type Tokens, tokenize, tokenText } from './tokens.js';
import { child } from './types.js';

const DEFINE = /^#\s*define\s+(\w+)(\(([^)]*)\))?/;

/** Read one macro; undefined when the line is no definition with a body. */
export function readMacro(parser: CParser, tokens: Tokens, item: Item): MacroIR | undefined {
	const line = tokenText(tokens, item.first);
	const head = DEFINE.exec(line);
	if (!head?.[1]) return undefined;
	const start = tokens.starts[item.first] as number;
	const end = tokens.ends[item.first] as number;
	const nameStart = start + line.indexOf(head[1], line.indexOf('define') + 6);
	const body = tokenize(tokens.text, start + head[0].length, end);
	const soft = normaliseTokens(body);
	const shell: Omit<MacroIR, 'value' | 'calls'> = {
		start,
		end,
		name: head[1],
		nameRange: { start: nameStart, end: nameStart + head[1].length },
		params:
			head[2] === undefined
				? undefined
				: (head[3] ?? '')
						.split(',')
						.map((p) => p.trim())
						.filter(Boolean),
	};
	// "#define N" leaves room for a head that makes the body a C text at unchanged offsets
	for (const [before, after, isValue] of [
		['int x=', ';', true],
		['int x(){', ';}', false],
	] as const) {
		const parsed = parser.parse(before + soft.text + after);
		parsed.dispose();
		if (parsed.errors && isValue) continue;
		const lowering = new ExpressionLowering(tokens.text, soft.base - before.length, end);
		const value = isValue ? initialiser(parsed.root) : undefined;
		const expr = value && lowering.expr(value);
		if (!value) everyCall(parsed.root, lowering);
		return { ...shell, value: expr, calls: [...lowering.calls].sort((a, b) => a.nameRange.start - b.nameRange.start) };
	}
	return undefined;
}

function initialiser(root: PlainNode): PlainNode | undefined {
	const declarator = root.children
		.find((c) => c.type === 'declaration')
		?.children.find((c) => c.type === 'init_declarator');
	return declarator && child(declarator, 'value');
}

/** Lower the outermost calls of a body that is no single expression. */
function everyCall(root: PlainNode, lowering: ExpressionLowering): void {
	const pending = [root];
	for (let node = pending.pop(); node; node = pending.pop()) {
		if (node.type === 'call_expression') lowering.expr(node);
		else pending.push(...node.children);
	}
}
