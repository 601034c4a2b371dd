/** Paths that leave too early, or go to the wrong label. */
import type { PlainNode } from '../../../server/src/syntax/parser.js';
import { type Candidate, type Code, field } from '../../equal/code.js';
import {
	argumentsOf,
	conditionsAround,
	failure,
	isOnErrorPath,
	labels,
	names,
	releaseStatement,
	resultOf,
} from '../find.js';
import type { Operator } from '../operator.js';
import type { Subject } from '../subject.js';

const FAMILY = 'pairing and lifetime';
const LEAKS = ['gup-leak', 'gup-partial-leak'];

const earlyReturn: Operator = {
	name: 'return before the release',
	family: FAMILY,
	rules: LEAKS,
	places: ({ code, takes, releases }) => {
		const leave = failure(code);
		const first = Math.min(...takes.map(({ end }) => end));
		if (!leave) return [];
		return releases.flatMap((call): Candidate[] => {
			const statement = releaseStatement(code, call);
			if (!statement || statement.start < first || !code.isListed(statement)) return [];
			if (isOnErrorPath(code, statement)) return [];
			return [[code.insert(statement.start, `if (signal_pending(current)) ${leave} `)]];
		});
	},
};

interface Jump {
	readonly node: PlainNode;
	readonly label: string;
	/** Behind the first taking call. */
	readonly isBehind: boolean;
	/** It is left there because the call failed. */
	readonly isFailure: boolean;
}

function jumps({ code, takes }: Subject): Jump[] {
	const first = Math.min(...takes.map(({ start }) => start));
	const results = takes.flatMap((take) => resultOf(code, take) ?? []);
	return code.ofType('goto_statement').map((node) => ({
		node,
		label: code.text(node.children.find(({ named }) => named) ?? node),
		isBehind: node.start > first,
		isFailure:
			conditionsAround(code, node).some((test) => results.some((result) => names(test, result))) ||
			takes.some((take) => node.start > take.start && node.start < take.end + 40),
	}));
}

/** A label with a release of pages directly behind it. */
interface Releasing {
	readonly name: string;
	readonly start: number;
	/** The statements that release, before the next label. */
	readonly releases: readonly PlainNode[];
	/** The next label, where control comes to it from this one. */
	readonly next: string | undefined;
}

function releasing({ code, releases }: Subject): Releasing[] {
	const all = labels(code);
	const jumps = code.ofType('return_statement', 'goto_statement').filter((node) => isUnconditional(code, node));
	return all.map(({ name, start, end }, i) => {
		const next = all[i + 1];
		const until = next?.start ?? end;
		const within = (node: PlainNode) => node.start > start && node.start < until;
		return {
			name,
			start,
			releases: releases.filter(within).flatMap((call) => releaseStatement(code, call) ?? []),
			next: jumps.some(within) ? undefined : next?.name,
		};
	});
}

/** It stands among the statements of the function, or at a label there. */
function isUnconditional(code: Code, node: PlainNode): boolean {
	const parent = code.parent(node);
	return parent === code.body || (parent?.type === 'labeled_statement' && code.parent(parent) === code.body);
}

/** The label of a jump that goes forward, and releases there. */
function target(labels: readonly Releasing[], { node, label }: Jump): Releasing | undefined {
	return labels.find(({ name, start, releases }) => name === label && start > node.start && releases.length > 0);
}

const returned: Operator = {
	name: 'return in place of the goto',
	family: FAMILY,
	rules: LEAKS,
	places: (subject) => {
		const leave = failure(subject.code);
		if (!leave || subject.takes.length === 0) return [];
		const labels = releasing(subject);
		return jumps(subject)
			.filter((jump) => jump.isBehind && !jump.isFailure && target(labels, jump))
			.map(({ node }) => [subject.code.replace(node, leave)]);
	},
};

const tooLate: Operator = {
	name: 'goto a label behind the release',
	family: FAMILY,
	rules: LEAKS,
	places: (subject) => {
		if (subject.takes.length === 0) return [];
		const labels = releasing(subject);
		return jumps(subject).flatMap((jump): Candidate[] => {
			const next = target(labels, jump)?.next;
			return next && jump.isBehind && !jump.isFailure ? [[subject.code.replace(jump.node, `goto ${next};`)]] : [];
		});
	},
};

/** The number is 0 where the jump stands: nothing is released then. */
function isNone(code: Code, jump: PlainNode, name: string): boolean {
	if (conditionsAround(code, jump).includes(`(!${name})`)) return true;
	const list = code.parent(jump);
	const before = list ? code.statements(list).filter(({ end }) => end <= jump.start) : [];
	return before.some((statement) => code.text(statement) === `${name} = 0;`);
}

/** It releases pages whatever was taken: one by its name, or a number that is known before. */
function isRegardless(code: Code, statement: PlainNode, jump: PlainNode): boolean {
	if (!isUnconditional(code, statement)) return false;
	const test = statement.type === 'expression_statement' ? undefined : field(statement, 'condition');
	const call = code.inside(statement).find(({ type }) => type === 'call_expression');
	const count = test ? field(test, 'right') : call && argumentsOf(code, call)[1];
	if (!count) return !test;
	// what the taking call gives is none before it
	const name = code.text(count);
	if (isNone(code, jump, name)) return false;
	return code.ofType('assignment_expression').some((node) => {
		const [left, right] = [field(node, 'left'), field(node, 'right')];
		return left && right && node.start < jump.start && code.text(left) === name && code.text(right) !== '0';
	});
}

const tooEarly: Operator = {
	name: 'goto the release before the taking call',
	family: FAMILY,
	rules: ['gup-release-overrun'],
	places: (subject) => {
		const { code, takes } = subject;
		const first = Math.min(...takes.map(({ start }) => start));
		if (takes.length === 0) return [];
		const labels = releasing(subject);
		return code.ofType('goto_statement', 'return_statement').flatMap((node): Candidate[] => {
			if (node.start > first || conditionsAround(code, node).length === 0) return [];
			const wrong = labels.find(
				({ start, releases }) => start > first && releases.some((one) => isRegardless(code, one, node)),
			);
			const isThere = wrong && code.text(node) === `goto ${wrong.name};`;
			return wrong && !isThere ? [[code.replace(node, `goto ${wrong.name};`)]] : [];
		});
	},
};

export const PATHS: readonly Operator[] = [earlyReturn, returned, tooLate, tooEarly];
