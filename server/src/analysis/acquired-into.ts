/** What an acquiring call fills. */
import { acquires } from '../kernel/acquiring.js';
import type { Expr } from '../syntax/ir.js';
import type { ApiCall } from './context.js';
import { isNull } from './walk.js';

/** The array or the place of one page, also where it is NULL; undefined where the function has no such argument. */
export function pagesArgument({ arg }: Pick<ApiCall, 'arg'>): Expr | undefined {
	return arg('pages') ?? arg('page') ?? arg('folios');
}

/** The object that the function fills in place of an array: a scatterlist, bio_vecs, a bio. */
export function filledObject({ api, call }: ApiCall): Expr | undefined {
	const { fillsObject } = api.record;
	return fillsObject === undefined ? undefined : call.args[fillsObject];
}

/** The array that a call takes pages or folios into; undefined where it takes none, or keeps none. */
export function filledArray(call: ApiCall): Expr | undefined {
	const { record } = call.api;
	if (!acquires(record) || !/^(?:get|pin|iov-iter|extract)$/.test(record.group)) return undefined;
	const pages = pagesArgument(call);
	return pages && !isNull(pages) ? pages : undefined;
}
