/** What is asked: a release, whether it gets pages of some calls only, and the field that may tell. */
import type { CallExpr, Expr, FunctionIR } from '../../syntax/ir.js';
import type { ApiCall, FileContext } from '../context.js';

/** On which side of the test at a release pages are: where it comes out as there, or where it does not. */
export type Side = 'here' | 'elsewhere';

/** How user pages are told from others at a release. */
export interface Told {
	/** The side on which the user pages are. */
	readonly side: Side;
	/** The field that tells, stored wherever user pages are; undefined where the release itself shows it. */
	readonly field: string | undefined;
}

/** A release, and the taking calls whose pages it may get. */
export interface Asked {
	readonly file: FileContext;
	readonly takings: ReadonlyMap<number, ApiCall>;
	readonly fn: FunctionIR;
	readonly call: CallExpr;
	readonly pages: Expr;
}

export interface Holder {
	readonly key: string;
	readonly record: string;
	readonly field: string;
}

/** A field, and how the test that was passed at a release came out. */
export interface Discriminant {
	readonly record: string;
	readonly field: string;
	/** Compared with this constant; undefined where it was asked for truth. */
	readonly constant: string | undefined;
	readonly truth: boolean;
	/** It only says that pages of the calls are there: whatever it is set to. */
	readonly isAny?: true;
}

export function opposite(side: Side): Side {
	return side === 'here' ? 'elsewhere' : 'here';
}
