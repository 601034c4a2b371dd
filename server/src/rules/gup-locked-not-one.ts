import type { FileContext } from '../analysis/context.js';
import { bare, place } from '../analysis/walk.js';
import { refusalText } from '../kernel/refusals.js';
import type { FunctionIR } from '../syntax/ir.js';
import type { Fix, Rule } from './rule.js';

/** Write 1 into the constant initialiser of the variable, when it has exactly one declaration. */
function initialise(file: FileContext, fn: FunctionIR, name: string): readonly Fix[] {
	const declarations = fn.blocks
		.flatMap((block) => block.steps)
		.flatMap((step) => (step.kind === 'declare' && step.variable.name === name ? [step] : []));
	const init = declarations.length === 1 ? declarations[0]?.init : undefined;
	if (!init || bare(init).kind !== 'number' || file.slice(init) !== '0') return [];
	return [{ title: `Initialise ${name} to 1`, safe: false, edits: [{ start: init.start, end: init.end, text: '1' }] }];
}

export const gupLockedNotOne: Rule = {
	meta: {
		id: 'gup-locked-not-one',
		title: '*locked is not 1 on entry',
		severity: 'error',
		needles: ['user_pages_remote', 'user_pages_locked'],
		fix: 'unsafe',
		versioned: false,
	},
	check(file, report) {
		for (const call of file.calls) {
			const arg = call.arg('locked');
			const at = arg && bare(arg);
			if (!call.fn?.hasNoSyntaxErrors || at?.kind !== 'unary' || at.op !== '&') continue;
			const name = place(at.operand);
			const value = name ? file.values.variable(call.fn, call.call, name) : undefined;
			if (!name || !value?.every((a) => a.number !== undefined && a.number !== 1)) continue;
			const numbers = [...new Set(value.map((a) => a.number))].join(' or ');
			const effect = file.kernel.atLeast('6.3') ? refusalText(call.call.name, file.kernel.release) : 'hits a BUG_ON';
			report({
				start: at.start,
				end: at.end,
				message: `${name} is ${numbers}, but ${call.call.name}() requires *locked == 1, otherwise it ${effect}; initialise it to 1`,
				fixes: initialise(file, call.fn, name),
			});
		}
	},
};
