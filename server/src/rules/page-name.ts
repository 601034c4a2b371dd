/** How a message names the page or pages a call is given. */
import type { FileContext } from '../analysis/context.js';
import { holderPlace } from '../analysis/holders.js';
import type { CallExpr } from '../syntax/ir.js';

const NO_ALIASES: ReadonlyMap<string, string> = new Map();

/** "pages" for `&pages[i]`, else the argument as it is written. */
export function pageName(file: FileContext, { args: [page] }: CallExpr): string {
	if (!page) return 'the page';
	const place = holderPlace(page, NO_ALIASES);
	return place && !place.includes('[]') ? place : file.slice(page);
}
