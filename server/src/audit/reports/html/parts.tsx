/** Small parts of the page. */
import type { Verdict } from '../../../verdict/site.js';
import type { Counts } from '../../burndown.js';
import { COLUMNS } from '../words.js';

export function Code({ of }: { of: string }) {
	return <code>{of}</code>;
}

/** A long name or path: a narrow place breaks it behind a "_" or "/", not amid a word. */
export function Breakable({ of, name }: { of: string; name?: string }) {
	return (
		<code class={name}>
			{of.split(/(?<=[_/])(?![_/])/).map((part, i) => (
				<>
					{i > 0 && <wbr />}
					{part}
				</>
			))}
		</code>
	);
}

export function Badge({ verdict }: { verdict: Verdict }) {
	return <span class={`badge ${verdict}`}>{verdict}</span>;
}

/** A stacked bar of verdicts; as wide as its place, on the scale of the longest. */
export function Bar({ counts, longest }: { counts: Counts; longest: number }) {
	let x = 0;
	const parts = COLUMNS.map((verdict) => {
		const part = { verdict, x, width: counts[verdict] };
		x += counts[verdict];
		return part;
	}).filter(({ width }) => width > 0);
	const label = parts.map(({ verdict, width }) => `${width} ${verdict}`).join(', ');
	return (
		<svg class="bar" viewBox={`0 0 ${longest} 1`} preserveAspectRatio="none" role="img" aria-label={label}>
			<title>{label}</title>
			{parts.map((part) => (
				<rect class={part.verdict} x={part.x} y="0" width={part.width} height="1" />
			))}
		</svg>
	);
}
