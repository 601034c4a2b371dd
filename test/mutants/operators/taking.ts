/** The taking call, its flags and its result. */
import type { PlainNode } from '../../../server/src/syntax/parser.js';
import { type Candidate, type Code, field, operator, stripped } from '../../equal/code.js';
import { argument, resultOf } from '../find.js';
import type { Operator } from '../operator.js';
import { calleeOf } from '../subject.js';

/** The function of the other kind with the same arguments. */
function counterpart(name: string): string | undefined {
	const other = name.startsWith('pin_user_pages')
		? name.replace(/^pin/, 'get')
		: name.replace(/^get(?=_user_pages(?:_fast|_unlocked|_remote)?$)/, 'pin');
	return other === name ? undefined : other;
}

const changedAlone: Operator = {
	name: 'acquire changed alone',
	family: 'pairing and lifetime',
	rules: ['pin-put-page', 'get-unpin-page', 'foll-longterm-without-pin'],
	places: ({ code, takes, releases, kernel }) =>
		takes.flatMap((call): Candidate[] => {
			const callee = field(call, 'function');
			const other = counterpart(calleeOf(code, call));
			// without a release beside it, who releases may do so by either kind
			if (!callee || !other || !kernel.api(other)?.signature || releases.length === 0) return [];
			return [[code.replace(callee, other)]];
		}),
};

const longTermDropped: Operator = {
	name: 'FOLL_LONGTERM dropped',
	family: 'flags and results',
	rules: ['pin-without-longterm'],
	places: ({ code, takes }) =>
		takes.some((call) => /^pin_/.test(calleeOf(code, call)))
			? code.ofType('identifier').flatMap((node): Candidate[] => {
					if (code.text(node) !== 'FOLL_LONGTERM') return [];
					const parent = code.parent(node);
					if (parent?.type === 'argument_list' || parent?.type === 'init_declarator')
						return [[code.replace(node, '0')]];
					const [left, right] = parent ? [field(parent, 'left'), field(parent, 'right')] : [];
					const other = left === node ? right : left;
					const isSum = parent?.type === 'binary_expression' && operator(parent) === '|';
					return parent && other && isSum ? [[code.replace(parent, code.text(other))]] : [];
				})
			: [],
};

const flagsAsNumber: Operator = {
	name: 'flags as a number',
	family: 'flags and results',
	rules: ['foll-flags-not-flags'],
	places: (subject) =>
		subject.takes.flatMap((call): Candidate[] => {
			const flags = argument(subject, call, 'flags');
			return flags && /\bFOLL_/.test(subject.code.text(flags)) ? [[subject.code.replace(flags, '1')]] : [];
		}),
};

/** The first comparison of a result behind its call is an ordering: equality holds for a negative number as well. */
function isOrdered(code: Code, call: PlainNode, name: string): boolean {
	const first = code.ofType('binary_expression').find((node) => {
		const sides = ['left', 'right'].map((side) => field(node, side));
		const isIt = (side: PlainNode) => code.text(stripped(side)) === name || side === code.parent(call);
		return (
			node.end > call.end && /^[<>!=]=?$/.test(operator(node)) && sides.some((side) => side && isIt(stripped(side)))
		);
	});
	return first !== undefined && /^[<>]=?$/.test(operator(first));
}

/** Variables with results, each once. */
function ordered(code: Code, takes: readonly PlainNode[]): string[] {
	const names = takes.flatMap((call) => {
		const name = resultOf(code, call);
		return name !== undefined && isOrdered(code, call, name) ? name : [];
	});
	return [...new Set(names)];
}

const resultUnsigned: Operator = {
	name: 'result unsigned',
	family: 'flags and results',
	rules: ['gup-negative-unsigned'],
	places: ({ code, takes }) =>
		ordered(code, takes).flatMap((name): Candidate[] => {
			const variable = code.typeOf(name);
			if (!variable?.isPlain || !/^(?:int|long|ssize_t)$/.test(variable.base)) return [];
			const { declaration, declarator } = variable;
			const type = `unsigned ${variable.base === 'int' ? 'int' : 'long'}`;
			const own = `${type} ${code.text(declarator)};`;
			if (declaration.type !== 'declaration') return [];
			const others = code.statements(declaration).filter((node) => node.field === 'declarator' && node !== declarator);
			const rest = others.map((node) => code.text(node)).join(', ');
			return [[code.replace(declaration, `${rest ? `${variable.base} ${rest}; ` : ''}${own}`)]];
		}),
};

export const TAKING: readonly Operator[] = [changedAlone, longTermDropped, flagsAsNumber, resultUnsigned];
