/** Dirtying, locks, and where the calls may sleep. */
import type { PlainNode } from '../../../server/src/syntax/parser.js';
import { type Candidate, type Code, field } from '../../equal/code.js';
import { argumentsOf, callStatement, isOnErrorPath, names, statementOf, without } from '../find.js';
import type { Operator } from '../operator.js';
import { calleeOf, codesOf, type Subject } from '../subject.js';

const DIRTIES = /^(?:set_page_dirty(?:_lock)?|folio_mark_dirty(?:_lock)?)$/;

/** Calls that mark pages dirty, in a function that releases them. */
function marking({ code, releases }: Subject): PlainNode[] {
	if (releases.length === 0) return [];
	return code
		.ofType('call_expression')
		.filter((call) => DIRTIES.test(calleeOf(code, call)) && callStatement(code, call));
}

const dirtyDropped: Operator = {
	name: 'dirtying dropped',
	family: 'dirtying',
	rules: ['dirty-missing'],
	places: (subject) => {
		const { code, releases } = subject;
		const marks = marking(subject).flatMap((call): Candidate[] => {
			const statement = callStatement(code, call);
			return statement && !isOnErrorPath(code, statement) ? [[without(code, statement)]] : [];
		});
		const bulk = releases.flatMap((call): Candidate[] => {
			const callee = field(call, 'function');
			const [, count, dirty] = argumentsOf(code, call);
			if (calleeOf(code, call) !== 'unpin_user_pages_dirty_lock' || !callee || !count || !dirty) return [];
			// it dirtied nothing, or where nothing had been written
			if (/^(?:false|0)$/.test(code.text(dirty)) || isOnErrorPath(code, call)) return [];
			return [[code.replace(callee, 'unpin_user_pages'), code.replace({ start: count.end, end: dirty.end }, '')]];
		});
		return [...marks, ...bulk];
	},
};

const dirtyUnlocked: Operator = {
	name: 'dirtying without the lock',
	family: 'dirtying',
	rules: ['dirty-unlocked'],
	places: (subject) =>
		marking(subject).flatMap((call): Candidate[] => {
			const { code } = subject;
			const callee = field(call, 'function');
			return callee && calleeOf(code, call) === 'set_page_dirty_lock' ? [[code.replace(callee, 'set_page_dirty')]] : [];
		}),
};

const LOCKS = /^mmap_(?:read|write)_(?:un)?lock$/;
const UNDER_LOCK = /^(?:get|pin)_user_pages(?:_remote)?$/;

/** A function is given to somebody: a table, a registration. */
function isGivenAway(text: string, name: string): boolean {
	return new RegExp(`[=,(&]\\s*${name}\\s*[,;)}]`).test(text.replace(/\bEXPORT_\w+\([^)]*\)/g, ''));
}

/**
 * The file shows how the function is entered, or that the mm is its own. Without its lock any other one reads as a function that
 * runs under that of its callers, which are elsewhere: no fault that could be seen.
 */
function isEnteredHere({ file, kernel, name, code }: Subject): boolean {
	if (/\bget_task_mm\(/.test(code.text(code.body))) return true;
	const all = codesOf(file.text, kernel.version);
	const entered = new Set([name]);
	for (const callee of entered) {
		if (isGivenAway(file.text, callee)) continue;
		const own = all.find((one) => one.name === callee)?.code;
		if (!own || !/\bstatic\b/.test(own.between(own.node.start, own.body.start))) return false;
		const callers = all.filter((one) => one.name !== callee && names(one.code.text(one.code.body), callee));
		if (callers.length === 0) return false;
		for (const caller of callers) entered.add(caller.name);
	}
	return true;
}

const lockDropped: Operator = {
	name: 'mmap_lock dropped',
	family: 'locks and context',
	rules: ['gup-mmap-lock-missing'],
	places: (subject) => {
		const { code, takes } = subject;
		if (!takes.some((call) => UNDER_LOCK.test(calleeOf(code, call))) || !isEnteredHere(subject)) return [];
		const calls = code.ofType('call_expression').filter((call) => LOCKS.test(calleeOf(code, call)));
		const statements = calls.flatMap((call) => callStatement(code, call) ?? []);
		const isWhole = statements.length === calls.length && calls.some((call) => /_lock$/.test(calleeOf(code, call)));
		return isWhole && calls.length > 1 ? [statements.map((statement) => without(code, statement))] : [];
	},
};

/** A statement between two others. */
function around(code: Code, statement: PlainNode, before: string, behind: string): Candidate {
	return [code.insert(statement.start, `{ ${before} `), code.insert(statement.end, ` ${behind} }`)];
}

/** The statement of a taking call, where control goes on behind it. */
function taking({ code }: Subject, call: PlainNode): PlainNode | undefined {
	const statement = statementOf(code, call);
	return statement?.type === 'expression_statement' ? statement : undefined;
}

const lockTwice: Operator = {
	name: 'mmap_lock around a call that takes it',
	family: 'locks and context',
	rules: ['gup-mmap-lock-held'],
	places: (subject) =>
		subject.takes.flatMap((call): Candidate[] => {
			const statement = taking(subject, call);
			if (!statement || !/_(?:fast|unlocked)$/.test(calleeOf(subject.code, call))) return [];
			return [around(subject.code, statement, 'mmap_read_lock(current->mm);', 'mmap_read_unlock(current->mm);')];
		}),
};

/** A spinlock of the file, and a statement under it. */
function underSpinlock(code: Code, statement: PlainNode): Candidate {
	const [before, behind] = around(code, statement, 'spin_lock(&mutant_lock);', 'spin_unlock(&mutant_lock);');
	return [code.insert(code.node.start, 'static DEFINE_SPINLOCK(mutant_lock);\n\n'), before, behind].filter(
		(edit) => edit !== undefined,
	);
}

const releaseAtomic: Operator = {
	name: 'spinlock around a release that may sleep',
	family: 'locks and context',
	rules: ['dirty-lock-atomic'],
	places: (subject) => {
		const { code, releases } = subject;
		const calls = [...marking(subject), ...releases].filter((call) => /dirty_lock$/.test(calleeOf(code, call)));
		return calls.flatMap((call): Candidate[] => {
			const statement = callStatement(code, call);
			// without dirtying it does not sleep
			const isClean = /^(?:false|0)$/.test(code.text(argumentsOf(code, call)[2] ?? { start: 0, end: 0 }));
			return statement && !isClean ? [underSpinlock(code, statement)] : [];
		});
	},
};

const takeAtomic: Operator = {
	name: 'spinlock around the taking call',
	family: 'locks and context',
	rules: ['gup-atomic'],
	places: (subject) =>
		subject.takes.flatMap((call): Candidate[] => {
			const statement = taking(subject, call);
			const sleeps = !/fast_only/.test(calleeOf(subject.code, call));
			return statement && sleeps ? [underSpinlock(subject.code, statement)] : [];
		}),
};

export const CONTEXT: readonly Operator[] = [
	dirtyDropped,
	dirtyUnlocked,
	lockDropped,
	lockTwice,
	releaseAtomic,
	takeAtomic,
];
