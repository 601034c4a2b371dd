/** Properties of what an editor asks at the cursor. */
import { completionsAt, hoverAt, signatureAt } from '../../../server/src/explain/index.js';
import { kernelOf, timed } from '../subject.js';
import { hold } from '../violation.js';
import { holdRange } from './places.js';
import type { Property } from './property.js';

const OFFSETS = 6;

export const EXPLAIN: readonly Property[] = [
	{
		name: 'at the cursor',
		target: 'code',
		share: 1,
		check({ text, path, kernel: version }, dice) {
			const kernel = kernelOf(version);
			const names = [...text.matchAll(/FOLL_\w*|\w*_pages?\w*/g)];
			const offsets = Array.from({ length: OFFSETS }, () => {
				const name = names.length > 0 && dice.chance(0.5) ? dice.pick(names) : undefined;
				return name ? name.index + dice.below(name[0].length + 1) : dice.below(text.length + 1);
			});
			for (const offset of [0, text.length, ...offsets]) {
				const hover = timed('hover', () =>
					hoverAt(text, offset, { path, kernel, site: () => ({ verdict: 'verdict', partners: 'partners' }) }),
				);
				if (hover) {
					holdRange(text, hover.range, 'hover');
					hold(hover.range.start <= offset && offset <= hover.range.end, 'hover elsewhere');
					hold(hover.markdown.trim() !== '', 'empty hover');
				}
				const completions = timed('completion', () => completionsAt(text, offset, { kernel }));
				if (completions) {
					holdRange(text, completions.range, 'completion');
					hold(completions.range.start <= offset && offset <= completions.range.end, 'completion elsewhere');
				}
				const help = timed('signature', () => signatureAt(text, offset, kernel));
				for (const { start, end } of help?.parameters ?? [])
					hold(start < end && end <= (help?.label.length ?? 0), 'parameter outside of the signature');
			}
		},
	},
];
