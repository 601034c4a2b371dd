/** What a conversion is: plain data, like the findings. */
import type { Edit } from '../rules/rule.js';
import type { Place, Range } from '../syntax/ir.js';
import type { Target } from '../verdict/site.js';

/** What an edit is for; the names of the annotations an editor shows. */
export type Label = 'take' | 'release' | 'declaration' | 'flag' | 'comment';

/** An edit of one of the files. */
export interface FileEdit extends Edit {
	/** Path of the file as the engine knows it; undefined for the analysed one. Offsets are into that file. */
	readonly path: string | undefined;
	readonly label: Label;
}

/** One change as code for code, for a semantic patch; `after` is "" for a declaration that goes. */
export interface Hunk {
	readonly path: string | undefined;
	/** Name of the function; of a `field`, the name of its struct. */
	readonly function: string;
	/** Of a `parameter`, `after` is what is added behind the last one, with its comma; `hand`: no rule can say it. */
	readonly kind: 'expression' | 'statement' | 'declaration' | 'parameter' | 'field' | 'hand';
	readonly before: string;
	readonly after: string;
}

/** A place that has to do with a conversion: in the analysed file, or elsewhere when `place` is there. */
export interface BlockerLocation extends Range {
	readonly message: string;
	readonly place?: Place;
}

/** What nobody else in the tree may have a hand in, or the conversion is wrong. */
export interface Assumptions {
	/** Functions that release the pages they are passed, or return pages: other callers of them handle plain references. `only`: none but this file can call them. */
	readonly functions: readonly { readonly name: string; readonly only: string | undefined }[];
	/** Fields the pages wait in: who else takes them from there gives back references. */
	readonly fields: readonly { readonly record: string; readonly field: string }[];
}

/** The case of Documentation/core-api/pin_user_pages.rst that a user of pages is. */
export type Case = 1 | 2 | 5;

/** What changes, and what has to be known for that. */
export interface Change {
	/** "Convert to pin_user_pages_fast() with FOLL_LONGTERM" */
	readonly title: string;
	/** In no order; none overlaps another. */
	readonly edits: readonly FileEdit[];
	/** What the developer should know, each a sentence. */
	readonly notes: readonly string[];
	readonly assumptions: Assumptions;
}

/** What a maintainer asks of a conversion. */
export interface Account {
	/** Somebody may write the data: the call asks for it, or a use does it. */
	readonly isWritten: boolean;
	/** Nothing that is seen marks the pages dirty, neither before nor after, although they are written: always, or where an iterator is for reading. */
	readonly undirtied: 'always' | 'read' | undefined;
	/** They are marked dirty from now on; the condition, "true" where there is none. */
	readonly marks: string | undefined;
	/** set_page_dirty() was called without the lock of the page, which is taken from now on. */
	readonly isDirtiedLocked: boolean;
	/** FOLL_WRITE may be among the flags. */
	readonly asksToWrite: boolean;
	/** Of an iterator: whose pages it may be over. */
	readonly iterator: 'user' | 'any' | undefined;
	/** Nothing keeps iterators of ITER_KVEC from the call. */
	readonly takesKvec: boolean;
	/** Iterators over user memory are shown to reach the call. */
	readonly fromUsers: boolean;
	/** The pages are used after the functions that are seen have returned. */
	readonly outlasts: boolean;
	/** A device has the pages until other files call one of these: how long that is, is not seen. */
	readonly endsIn: readonly string[];
	/** Functions with an error path that leaks such pages already. */
	readonly leaksIn: readonly string[];
}

export interface Conversion extends Change {
	/** The function that is called from now on. */
	readonly api: string;
	/** Names of the functions that are called no more. */
	readonly former: readonly string[];
	/** Functions the calls stand in, and those that give the pages back. */
	readonly takers: readonly string[];
	readonly releasers: readonly string[];
	readonly case: Case;
	/** FOLL_LONGTERM is among its flags from now on. */
	readonly longterm: boolean;
	readonly account: Account;
	readonly hunks: readonly Hunk[];
}

/** Why a site is not converted. */
export interface Refusal {
	/** What blocks it, as a sentence without its end. */
	readonly reason: string;
	readonly places: readonly BlockerLocation[];
}

/** A release that an error path lacks. */
export interface MissingRelease extends Edit {
	/** The function whose failure leads there; undefined where that is not told. */
	readonly failing: string | undefined;
}

/** What can be done about sites that only change together: mostly one. */
export interface ConversionOffer {
	/** Names of the functions in the calls, in the order of the text. */
	readonly sites: readonly Range[];
	/** The calls as a whole, in the same order. */
	readonly calls: readonly Range[];
	/** The function the first of them is in; undefined outside any. */
	readonly function: string | undefined;
	readonly target: Target;
	/** What the verdict rests on, as the end of a sentence about the pages. */
	readonly why: string;
	/** The data is only read, on every way that is seen: by a device to which it goes, or by the CPU. */
	readonly isRead: boolean;
	/** Nothing is wrong as it is: a conversion only retires the old function. */
	readonly isTidy: boolean;
	/** The first one is what is recommended; empty when the conversion is refused. */
	readonly conversions: readonly Conversion[];
	readonly refusal: Refusal | undefined;
	/** Releases one page on one error path that leaks it now; not tried yet, and of the analysed file. */
	readonly missing: MissingRelease | undefined;
}

/** A conversion of a site that is refused: right only where a person decides so of each thing that is presumed. */
export interface Draft {
	/** The site, refused. */
	readonly offer: ConversionOffer;
	readonly conversion: Conversion;
	/** What is presumed and not shown, each a sentence without its end, at its place. */
	readonly decisions: readonly BlockerLocation[];
}

/** Thrown inside this folder alone, where something speaks against a conversion. */
export class ConversionBlocked extends Error {
	readonly places: readonly (Range & { readonly message: string })[];

	constructor(reason: string, places: readonly (Range & { readonly message: string })[] = []) {
		super(reason);
		this.places = places;
	}
}
