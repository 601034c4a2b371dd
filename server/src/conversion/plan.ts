/** What a conversion is: plain data, like the findings. */
import type { Edit } from '../rules/rule.js';
import type { Place, Range } from '../syntax/ir.js';

/** What an edit is for; the names of the annotations an editor shows. */
export type Label = 'take' | 'release' | 'declaration' | 'flag';

/** An edit of one of the files. */
export interface FileEdit extends Edit {
	/** Path of the file as the engine knows it; undefined for the analysed one. Offsets are into that file. */
	readonly path: string | undefined;
	readonly label: Label;
}

/** A place that has to do with a conversion: in the analysed file, or elsewhere when `place` is there. */
export interface Spot extends Range {
	readonly message: string;
	readonly place?: Place;
}

/** What nobody else in the tree may have a hand in, or the conversion is wrong. */
export interface Claims {
	/** Functions that give back what they are given: who else calls them gives them references. */
	readonly functions: readonly string[];
	/** Fields the pages wait in: who else takes them from there gives back references. */
	readonly fields: readonly { readonly record: string; readonly field: string }[];
}

export interface Conversion {
	/** "Convert to pin_user_pages_fast() with FOLL_LONGTERM" */
	readonly title: string;
	/** The function that is called from now on. */
	readonly api: string;
	/** FOLL_LONGTERM is among its flags from now on. */
	readonly longterm: boolean;
	/** In no order; none overlaps another. */
	readonly edits: readonly FileEdit[];
	/** What the developer should know, each a sentence. */
	readonly notes: readonly string[];
	readonly claims: Claims;
}

/** Why a site is not converted. */
export interface Refusal {
	/** What blocks it, as a sentence without its end. */
	readonly reason: string;
	readonly places: readonly Spot[];
}

/** What can be done about sites that only change together: mostly one. */
export interface Offer {
	/** Names of the functions in the calls, in the order of the text. */
	readonly sites: readonly Range[];
	/** The first one is what is recommended; empty when the conversion is refused. */
	readonly conversions: readonly Conversion[];
	readonly refusal: Refusal | undefined;
}

/** Thrown inside this folder alone, where something speaks against a conversion. */
export class Blocked extends Error {
	readonly places: readonly (Range & { readonly message: string })[];

	constructor(reason: string, places: readonly (Range & { readonly message: string })[] = []) {
		super(reason);
		this.places = places;
	}
}
