/** All conversions of a file in one: each is made on what the one before it left. */
import { compose } from './conversion/compose.js';
import type { Change, Conversion, FileEdit } from './conversion/plan.js';
import type { AnalyseOptions, OpenFile } from './engine-types.js';
import { applyEdits } from './rules/apply.js';

export const WHOLE_FILE = 'Convert all in this file';

/** Conversions of one file; no kernel file has more than a handful. */
const MOST = 32;

/** @returns undefined where there are not at least two */
export function wholeFile(open: () => OpenFile, text: string, options: AnalyseOptions): Change | undefined {
	const former = new Map<string | undefined, string>([[undefined, text]]);
	for (const { path, text } of options.neighbours ?? []) former.set(path, text);
	const texts = new Map(former);
	const edits = new Map<string | undefined, FileEdit[]>();
	const done: Conversion[] = [];
	while (done.length < MOST) {
		const next = recommended(open, texts, options);
		if (!next) break;
		for (const path of new Set(next.edits.map((edit) => edit.path))) {
			const mine = next.edits.filter((edit) => edit.path === path);
			edits.set(path, compose(former.get(path) as string, edits.get(path) ?? [], mine));
			texts.set(path, applyEdits(texts.get(path) as string, mine));
		}
		done.push(next);
	}
	return done.length > 1 ? joined(done, [...edits.values()].flat()) : undefined;
}

/** The first conversion of the texts as they are by now. */
function recommended(
	open: () => OpenFile,
	texts: ReadonlyMap<string | undefined, string>,
	options: AnalyseOptions,
): Conversion | undefined {
	const neighbours = (options.neighbours ?? []).map((neighbour) => {
		const text = texts.get(neighbour.path) as string;
		return text === neighbour.text ? neighbour : { ...neighbour, text };
	});
	const file = open();
	try {
		const text = texts.get(undefined) as string;
		const asked = { ...options, neighbours };
		for (const plan of file.plans(text, asked)) {
			const [first] = file.proveOffer(text, asked, plan).conversions;
			if (first) return first;
		}
		return undefined;
	} finally {
		file.dispose();
	}
}

function joined(all: readonly Conversion[], edits: readonly FileEdit[]): Change {
	return {
		title: WHOLE_FILE,
		edits,
		notes: [...new Set(all.flatMap(({ notes }) => notes))],
		assumptions: {
			functions: all.flatMap(({ assumptions: claims }) => claims.functions),
			fields: all.flatMap(({ assumptions: claims }) => claims.fields),
		},
	};
}
