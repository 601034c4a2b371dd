/** `#if` groups that lock on some arms only: two of them may be read on arms that never meet. */
import { type LockFamily, lockOperation } from '../kernel/locks.js';
import type { FunctionIR, Range } from '../syntax/ir.js';
import { isName, Token, type Tokens, tokenize, tokenText } from '../syntax/tokens.js';

interface Group {
	readonly start: number;
	/** Whether each arm names a lock. */
	readonly arms: boolean[];
	/** An arm for everything else. */
	hasElse: boolean;
	/** The kernel version or a constant decides: only one arm is ever read. */
	readonly decided: boolean;
}

const KINDS: Readonly<Record<LockFamily, RegExp>> = {
	mmap: /^(?:mmap|rwsem)$/,
	atomic: /^(?:spin|irq|bh|preempt|rcu)$/,
};

function isLock(word: string, family: LockFamily): boolean {
	const operation = lockOperation(word);
	return operation?.does !== 'assert' && operation?.parts.some(({ kind }) => KINDS[family].test(kind)) === true;
}

/** Groups of the function with a lock on some arms and none on others. */
export function conditionalLocks(text: string, fn: FunctionIR, family: LockFamily): readonly Range[] {
	if (!text.slice(fn.start, fn.end).includes('#')) return [];
	const tokens = tokenize(text, fn.start, fn.end);
	const open: Group[] = [];
	const found: Range[] = [];
	for (let i = 0; i < tokens.count; i++) {
		if (tokens.kinds[i] === Token.Directive) directive(tokens, i, open, found);
		else if (open.length > 0 && isName(tokens, i) && isLock(tokenText(tokens, i), family))
			for (const group of open) group.arms[group.arms.length - 1] = true;
	}
	return found;
}

function directive(tokens: Tokens, i: number, open: Group[], found: Range[]): void {
	const text = tokenText(tokens, i);
	const word = /^#\s*(\w+)/.exec(text)?.[1] ?? '';
	const group = open.at(-1);
	if (/^if/.test(word)) {
		const decided = /LINUX_VERSION_CODE|KERNEL_VERSION|^#\s*if\s+[01]\s*$/.test(text);
		open.push({ start: tokens.starts[i] as number, arms: [false], hasElse: false, decided });
	} else if (group && /^el/.test(word)) {
		group.arms.push(false);
		if (word === 'else') group.hasElse = true;
	} else if (group && word === 'endif') {
		open.pop();
		const arms = group.hasElse ? group.arms : [...group.arms, false];
		if (!group.decided && arms.includes(true) && arms.includes(false))
			found.push({ start: group.start, end: tokens.ends[i] as number });
	}
}
