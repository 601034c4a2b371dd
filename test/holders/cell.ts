/** The cells of the matrix: each holder with each fault it can have, in each form. */
import { FAULTS, type Fault } from './fault.js';
import { FORMS, type Form } from './form.js';
import type { Holder } from './holder.js';
import { HOLDERS } from './holders.js';

export interface Cell {
	readonly holder: Holder;
	readonly fault: Fault;
	/** Why the holder cannot have the fault; undefined where it can. */
	readonly without: string | undefined;
}

export const CELLS: readonly Cell[] = HOLDERS.flatMap((holder) =>
	FAULTS.map((fault) => ({ holder, fault, without: holder.without?.[fault.name] })),
);

/** "xarray, overrun" */
export function nameOf({ holder, fault }: Cell): string {
	return `${holder.name}, ${fault.name}`;
}

export { FORMS, type Form };
