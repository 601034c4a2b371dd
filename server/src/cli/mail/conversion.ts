/** A conversion as a patch with its changelog. */
import type { Conversion, Offer } from '../../engine.js';
import type { LongTerm } from '../../workspace/longTerm.js';
import { changelog, remarks } from './changelog.js';
import type { FileDiff } from './diffstat.js';
import type { Patch } from './message.js';

/** A conversion that was made. */
export interface Made {
	readonly offer: Offer;
	readonly conversion: Conversion;
	readonly longTerm: LongTerm;
	/** Folder the diffs apply in. */
	readonly root: string;
	/** Of the file with the taking call, from there. */
	readonly path: string;
	readonly diffs: readonly FileDiff[];
}

/**
 * A draft, told as one.
 * @param decisions what a person has to decide first, with its place
 */
export function draftPatch(made: Made, decisions: readonly string[]): Patch {
	const patch = conversionPatch(made);
	const open = decisions.map((decision, i) => `${i + 1}. ${decision}.`);
	const first = `This is a draft: it is right only if what follows is decided so. Not to be applied before.`;
	return { ...patch, isDraft: true, remarks: [first, ...open, ...patch.remarks] };
}

export function conversionPatch({ offer, conversion, longTerm, root, path, diffs }: Made): Patch {
	const { api, former, takers } = conversion;
	const [taker = ''] = takers;
	const told = { offer, conversion, longTerm };
	return {
		root,
		path,
		diffs,
		general: [
			`convert ${former.map((name) => `${name}()`).join(', ')} to ${api}()`,
			`convert to ${api}()`,
			'pin user pages instead of referencing them',
			'pin user pages',
		],
		named: [`convert ${taker}() to ${api}()`, `pin user pages in ${taker}()`, `pin pages in ${taker}()`],
		changelog: changelog(told),
		trailers: [],
		remarks: remarks(told),
		conversion: { former, longterm: conversion.longterm },
	};
}
