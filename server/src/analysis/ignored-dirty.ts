/** Functions that are told whether the pages they release were written, and do nothing with it. */
import { dirties } from '../kernel/dirtying.js';
import type { CallExpr, Expr, FunctionIR } from '../syntax/ir.js';
import type { FileContext } from './context.js';
import { parts, roots } from './walk.js';

/** Names of parameters that say so. */
const TOLD = /^_?(?:(?:make|mark|set|should|is)_?)?(?:dirty|dirtied)$/;
const FLAG = /^(?:bool|int|unsigned int|unsigned|u8|u32)$/;

export interface IgnoredDirty {
	readonly fn: FunctionIR;
	readonly param: string;
	readonly release: CallExpr;
}

function names(expr: Expr, name: string): boolean {
	return expr.kind === 'name' ? expr.name === name : parts(expr).some((part) => names(part, name));
}

/** The next block in which anything happens. */
function destination({ blocks }: FunctionIR, id: number | undefined): number | undefined {
	let at = id;
	for (let i = 0; i < blocks.length; i++) {
		const block = at === undefined ? undefined : blocks[at];
		if (!block || block.test || block.steps.length > 0 || block.successors.length !== 1) return at;
		at = block.successors[0];
	}
	return at;
}

/** Something depends on the parameter: a statement has it, or what follows a test of it differs. */
function isUsed(fn: FunctionIR, name: string): boolean {
	return fn.blocks.some(({ steps, test, successors }) => {
		if (steps.some((step) => roots(step).some((root) => names(root, name)))) return true;
		const [yes, no] = successors;
		return test !== undefined && names(test, name) && destination(fn, yes) !== destination(fn, no);
	});
}

/** The first release of each such function. */
export function ignoredDirty(file: FileContext): readonly IgnoredDirty[] {
	return file.ir.functions.flatMap((fn) => {
		const param = fn.params.find(({ name, type }) => TOLD.test(name) && type.pointers === 0 && FLAG.test(type.base));
		if (!param || !fn.hasNoSyntaxErrors || fn.variant > 0 || isUsed(fn, param.name)) return [];
		if (fn.calls.some(({ name }) => dirties(name))) return [];
		const release = fn.calls.find((call) => file.apiCall(call)?.api.record.group === 'release');
		return release ? { fn, param: param.name, release } : [];
	});
}
