/** Properties of conversions. */
import { type Change, semanticPatch } from '../../../server/src/engine.js';
import { applyEdits } from '../../../server/src/rules/apply.js';
import { moved } from '../../../server/src/rules/fix-verification.js';
import type { Input } from '../input.js';
import { audit, opened, optionsOf, timed } from '../subject.js';
import { hold } from '../violation.js';
import { holdEdits, holdPlace, holdRange, holdWords } from './places.js';
import type { Property } from './property.js';

/** The input after a change. */
function changed(input: Input, { edits }: Change): Input {
	const apply = (text: string, path: string | undefined) =>
		applyEdits(
			text,
			edits.filter((edit) => edit.path === path),
		);
	return {
		...input,
		text: apply(input.text, undefined),
		neighbours: input.neighbours.map(({ path, text }) => ({ path, text: apply(text, path) })),
	};
}

function holdChange(input: Input, change: Change): void {
	holdWords(change.title, 'title of a conversion');
	for (const note of change.notes) holdWords(note, 'note of a conversion');
	const paths = new Set(change.edits.map(({ path }) => path));
	hold(paths.size > 0, 'conversion without edits');
	for (const path of paths) {
		const text = path === undefined ? input.text : input.neighbours.find((other) => other.path === path)?.text;
		hold(text !== undefined, 'conversion of a file that was not handed over', () => String(path));
		holdEdits(
			text,
			change.edits.filter((edit) => edit.path === path),
			'conversion',
		);
	}
}

export const CONVERSIONS: readonly Property[] = [
	{
		name: 'conversions',
		target: 'code',
		share: 0.6,
		check(input) {
			const { text } = input;
			const options = optionsOf(input);
			const before = audit(text, options);
			if (!before.sites.some(({ verdict }) => verdict === 'convert')) return;
			const { offers, whole } = opened((file) => ({
				offers: timed('offers', () => file.offers(text, options)),
				whole: timed('conversion of the whole file', () => file.wholeFile(text, options)),
			}));
			for (const { sites, conversions, refusal, why } of offers) {
				hold(conversions.length > 0 !== (refusal !== undefined), 'conversion and refusal, or neither');
				holdWords(why, 'reason of an offer');
				for (const site of sites) if (site.end <= text.length) holdRange(text, site, 'site of an offer');
				if (refusal) {
					holdWords(refusal.reason, 'reason of a refusal');
					for (const place of refusal.places) {
						holdPlace(input, place, 'place of a refusal');
						holdWords(place.message, 'message of a refusal');
					}
				}
				for (const conversion of conversions) {
					holdChange(input, conversion);
					const now = changed(input, conversion);
					const after = audit(now.text, optionsOf(now));
					hold(after.unread.length <= before.unread.length, 'conversion leaves a function unreadable');
					const own = conversion.edits.filter(({ path }) => path === undefined);
					for (const site of sites) {
						const at = moved(site, own).start;
						const left = after.sites.find(({ start }) => start === at);
						hold(
							left === undefined || left.verdict === 'ok' || left.verdict === 'bug',
							'site is not converted',
							() => left?.verdict ?? '',
						);
					}
					semanticPatch([conversion]);
				}
			}
			if (!whole) return;
			holdChange(input, whole);
			const now = changed(input, whole);
			hold(
				audit(now.text, optionsOf(now)).unread.length <= before.unread.length,
				'conversion of the whole file leaves a function unreadable',
			);
		},
	},
	{
		name: 'conversions with CRLF',
		target: 'code',
		share: 0.1,
		check(input) {
			if (input.text.includes('\r')) return;
			const windows = { ...input, text: input.text.replaceAll('\n', '\r\n') };
			const [one, other] = [input, windows].map((as) =>
				opened((file) => file.offers(as.text, optionsOf(as))).map(({ conversions, refusal }) => ({
					refusal: refusal?.reason,
					texts: conversions.map((conversion) => changed(as, conversion).text.replaceAll('\r\n', '\n')),
					bare: conversions.some((conversion) => /(?<!\r)\n/.test(changed(as, conversion).text)),
				})),
			);
			const plain = (of: typeof one) => JSON.stringify(of?.map(({ refusal, texts }) => ({ refusal, texts })));
			hold(plain(one) === plain(other), 'conversions differ with CRLF', () => `${plain(one)} and ${plain(other)}`);
			hold(!other?.some(({ bare }) => bare), 'conversion mixes line ends');
		},
	},
];
