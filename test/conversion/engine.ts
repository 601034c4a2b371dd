/** Conversions of texts, as the engine offers them. */
import type { Conversion, Draft, Offer } from '../../server/src/engine.js';
import { kernelFor } from '../../server/src/kernel/index.js';
import { applyEdits } from '../../server/src/rules/apply.js';
import { engine } from '../kernel/corpus.js';

export interface Setting {
	/** Default "6.12". */
	readonly kernel?: string;
	/** Other files, by path. */
	readonly files?: Readonly<Record<string, string>>;
}

const PATH = 'drivers/misc/example.c';

export function offersOf(text: string, { kernel = '6.12', files = {} }: Setting = {}): readonly Offer[] {
	const neighbours = Object.entries(files).map(([path, other]) => ({ path, text: other }));
	const file = engine.open();
	try {
		return file.offers(text, { path: PATH, kernel: kernelFor(kernel), neighbours, fixes: false });
	} finally {
		file.dispose();
	}
}

/** What may be made of refused sites once a person has decided. */
export function draftsOf(text: string, { kernel = '6.12' }: Setting = {}): readonly Draft[] {
	const file = engine.open();
	try {
		return file.drafts(text, { path: PATH, kernel: kernelFor(kernel), neighbours: [], fixes: false });
	} finally {
		file.dispose();
	}
}

/** The text and all others after a conversion. */
export function applied(text: string, { edits }: Conversion, { files = {} }: Setting = {}): Record<string, string> {
	const before: Record<string, string> = { [PATH]: text, ...files };
	return Object.fromEntries(
		Object.entries(before).map(([path, old]) => [
			path,
			applyEdits(
				old,
				edits.filter((edit) => (edit.path ?? PATH) === path),
			),
		]),
	);
}

/** The one offer of a text. */
export function only(text: string, setting: Setting = {}): Offer {
	const offers = offersOf(text, setting);
	if (offers.length !== 1) throw new Error(`${offers.length} offers`);
	return offers[0] as Offer;
}

/** The text after the recommended conversion. */
export function converted(text: string, setting: Setting = {}): string {
	const { conversions, refusal } = only(text, setting);
	const [first] = conversions;
	if (!first) throw new Error(`refused: ${refusal?.reason}`);
	return applied(text, first, setting)[PATH] as string;
}

export function refusalOf(text: string, setting: Setting = {}): string | undefined {
	return only(text, setting).refusal?.reason;
}
