import { applyEdits } from '../rules/apply.js';
import type { FileEdit } from './plan.js';

/** An edit with the range of its text after all edits. */
interface Applied {
	readonly edit: FileEdit;
	readonly start: number;
	readonly end: number;
}

function applied(edits: readonly FileEdit[]): Applied[] {
	let shift = 0;
	return [...edits]
		.sort((a, b) => a.start - b.start || a.end - b.end)
		.map((edit) => {
			const start = edit.start + shift;
			shift += edit.text.length - (edit.end - edit.start);
			return { edit, start, end: start + edit.text.length };
		});
}

/**
 * Two sets of edits as one.
 * @param text that `first` is for
 * @param second for the text after `first`
 * @returns for `text`, in its order, none overlapping another; edits that meet are one, with the label of the later
 */
export function compose(text: string, first: readonly FileEdit[], second: readonly FileEdit[]): FileEdit[] {
	const between = applyEdits(text, first);
	let open = applied(first);
	const later = [...second].sort((a, b) => a.start - b.start || a.end - b.end);
	const result: FileEdit[] = [];
	/** What the edits that are done with have added, up to here. */
	let shift = 0;
	const close = ({ edit, start, end }: Applied): void => {
		result.push(edit);
		shift = end - start - (edit.end - edit.start) + shift;
	};
	for (let i = 0; i < later.length; ) {
		const group = [later[i++] as FileEdit];
		let { start, end } = group[0] as FileEdit;
		const near: Applied[] = [];
		for (const before of open.filter((one) => one.end < start)) close(before);
		open = open.filter((one) => one.end >= start);
		for (let grown = true; grown; ) {
			grown = false;
			for (; open[0] && open[0].start <= end; grown = true) {
				const one = open.shift() as Applied;
				near.push(one);
				start = Math.min(start, one.start);
				end = Math.max(end, one.end);
			}
			for (; later[i] && (later[i] as FileEdit).start <= end; grown = true) {
				const one = later[i++] as FileEdit;
				group.push(one);
				end = Math.max(end, one.end);
			}
		}
		const inner = group.map((edit) => ({ ...edit, start: edit.start - start, end: edit.end - start }));
		const added = near.reduce((sum, one) => sum + one.end - one.start - (one.edit.end - one.edit.start), 0);
		const { path, label } = group.at(-1) as FileEdit;
		result.push({
			path,
			label,
			start: start - shift,
			end: end - shift - added,
			text: applyEdits(between.slice(start, end), inner),
		});
		shift += added;
	}
	return [...result, ...open.map(({ edit }) => edit)];
}
