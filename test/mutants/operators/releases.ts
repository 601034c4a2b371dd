/** Releases that are dropped, of the wrong kind, too many or twice. */
import type { PlainNode } from '../../../server/src/syntax/parser.js';
import { type Candidate, field, operator, stripped } from '../../equal/code.js';
import {
	ancestors,
	argument,
	argumentsOf,
	callStatement,
	conditionsAround,
	isOnErrorPath,
	isResult,
	names,
	releaseStatement,
	resultOf,
	without,
} from '../find.js';
import type { Operator } from '../operator.js';
import { calleeOf, type Subject } from '../subject.js';

const FAMILY = 'pairing and lifetime';
const LEAKS = ['gup-leak', 'gup-partial-leak'];

/** Each statement once, also one with two releasing calls. */
function statements({ code, releases }: Subject): PlainNode[] {
	return [...new Set(releases.flatMap((call) => releaseStatement(code, call) ?? []))];
}

function dropped(where: string, isThere: (subject: Subject, statement: PlainNode) => boolean): Operator {
	return {
		name: `release dropped, ${where}`,
		family: FAMILY,
		rules: LEAKS,
		places: (subject) =>
			statements(subject)
				.filter((statement) => isThere(subject, statement))
				.map((statement) => [without(subject.code, statement)]),
	};
}

const DROPPED: readonly Operator[] = [
	dropped('success path', ({ takes, code }, at) => takes.length > 0 && !isOnErrorPath(code, at)),
	dropped('error path', ({ takes, code }, at) => takes.length > 0 && isOnErrorPath(code, at)),
	dropped('another function than takes', ({ takes }) => takes.length === 0),
];

const TO_PUT: Readonly<Record<string, string>> = {
	unpin_user_page: 'put_page',
	unpin_folio: 'folio_put',
	unpin_user_pages: 'release_pages',
	unpin_user_pages_dirty_lock: 'release_pages',
};
const TO_UNPIN: Readonly<Record<string, string>> = {
	put_page: 'unpin_user_page',
	folio_put: 'unpin_folio',
	release_pages: 'unpin_user_pages',
};

function renamed(name: string, to: Readonly<Record<string, string>>, rules: readonly string[]): Operator {
	return {
		name,
		family: FAMILY,
		rules,
		places: ({ code, releases }) =>
			releases.flatMap((call): Candidate[] => {
				const other = to[calleeOf(code, call)];
				const callee = field(call, 'function');
				if (!other || !callee) return [];
				const condition = /_dirty_lock$/.test(calleeOf(code, call)) ? argumentsOf(code, call)[2] : undefined;
				const before = condition && argumentsOf(code, call)[1];
				const edits = [code.replace(callee, other)];
				if (condition && before) edits.push(code.replace({ start: before.end, end: condition.end }, ''));
				return [edits];
			}),
	};
}

const guardDropped: Operator = {
	name: 'guard of a release dropped',
	family: FAMILY,
	rules: ['gup-release-overrun', 'gup-negative-unsigned'],
	places: (subject) =>
		subject.code.ofType('if_statement').flatMap((node): Candidate[] => {
			const { code, releases } = subject;
			const [test, body] = [field(node, 'condition'), field(node, 'consequence')];
			const inner = test && stripped(test);
			if (!test || !body || inner?.type !== 'binary_expression' || field(node, 'alternative')) return [];
			const [left, right] = [field(inner, 'left'), field(inner, 'right')];
			if (!left || !right || operator(inner) !== '>' || code.text(right) !== '0') return [];
			const release = releases.find((call) => call.start >= body.start && call.end <= body.end);
			// a loop and release_pages() do nothing for a negative number; unpin_user_pages() warns of it
			const isCounted = release && /^unpin_user_pages/.test(calleeOf(code, release));
			const count = isCounted ? argument(subject, release, 'count') : undefined;
			if (!count || code.text(count) !== code.text(left)) return [];
			return [[code.replace({ start: node.start, end: body.start }, '')]];
		}),
};

/** The number a release of a short count is given, and what is asked for. */
function overrunsOf(subject: Subject, call: PlainNode): Candidate[] {
	const { code, takes } = subject;
	const statement = releaseStatement(code, call);
	const loop = statement && /^for_/.test(statement.type) ? field(statement, 'condition') : undefined;
	const count = loop ? field(loop, 'right') : argument(subject, call, 'count');
	const take = takes.find((one) => count && resultOf(code, one) === code.text(count));
	const wanted = take && argument(subject, take, 'count');
	if (!count || !statement || !wanted || (loop && operator(loop) !== '<')) return [];
	const result = code.text(count);
	// where all that was asked for is there, it is the same number
	const isShort = conditionsAround(code, statement).some((test) => names(test, result) && !/==/.test(test));
	return isShort ? [[code.replace(count, code.text(wanted))]] : [];
}

const overrun: Operator = {
	name: 'release of the number asked for',
	family: FAMILY,
	rules: ['gup-release-overrun'],
	places: (subject) => subject.releases.flatMap((call) => overrunsOf(subject, call)),
};

const twice: Operator = {
	name: 'release twice',
	family: FAMILY,
	rules: ['gup-double-release'],
	places: (subject) =>
		statements(subject).flatMap((statement): Candidate[] => {
			const { code } = subject;
			const text = code.text(statement);
			// a second walk finds nothing: the first one counts down, empties a list or moves a pointer
			if (/--|list_(?:del|first)|\+\+(?!\))|xa_erase|= NULL/.test(text) || /^while/.test(text)) return [];
			if (!isOnErrorPath(code, statement)) return [];
			// of a page of user space that is no release, but a fault of its own
			if (/\b__free_pages?\(/.test(text)) return [];
			return [[code.replace(statement, `{ ${text} ${text} }`)]];
		}),
};

const freed: Operator = {
	name: 'freed as a page of its own',
	family: FAMILY,
	rules: ['gup-free-page'],
	places: ({ code, releases, takes }) =>
		takes.length === 0
			? []
			: releases.flatMap((call): Candidate[] => {
					const callee = field(call, 'function');
					const isOne = /^(?:put_page|unpin_user_page)$/.test(calleeOf(code, call));
					return isOne && callee && callStatement(code, call) ? [[code.replace(callee, '__free_page')]] : [];
				}),
};

const shortTest: Operator = {
	name: 'test for a short count weakened',
	family: FAMILY,
	rules: ['gup-short-count', 'gup-partial-leak', 'gup-leak', 'gup-release-overrun'],
	places: (subject) =>
		subject.code.ofType('binary_expression').flatMap((node): Candidate[] => {
			const { code } = subject;
			const [left, right] = [field(node, 'left'), field(node, 'right')];
			const take = left && isResult(subject, left);
			const wanted = take && argument(subject, take, 'count');
			if (!left || !right || !wanted || !/^(?:!=|<)$/.test(operator(node))) return [];
			// one page is there or not
			if (code.text(right) === '0' || code.text(wanted) === '1') return [];
			// only where a short count is refused: else it is dealt with elsewhere
			const refuses = ancestors(code, node).find(({ type }) => type === 'if_statement');
			const body = refuses && field(refuses, 'consequence');
			if (!body || body.start < node.end || !code.isJump(body)) return [];
			return [[code.replace({ start: left.end, end: node.end }, ' < 0')]];
		}),
};

export const RELEASES: readonly Operator[] = [
	...DROPPED,
	renamed('pins put', TO_PUT, ['pin-put-page']),
	renamed('references unpinned', TO_UNPIN, ['get-unpin-page']),
	shortTest,
	guardDropped,
	overrun,
	twice,
	freed,
];
