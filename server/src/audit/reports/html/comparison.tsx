import { scaleBand, scaleLinear } from 'd3-scale';
import type { ComponentChildren } from 'preact';
import { countsOf, leftToDo } from '../../burndown.js';
import type { Comparison, Step, Version } from '../../compare.js';
import type { AuditSite } from '../../report.js';
import { byWhom, originOf } from '../words.js';
import { Badge, Code } from './parts.js';

/** Pixels: a chart that is as readable on a telephone as on a wall. */
const LEAST_WIDTH = 340;
/** A label needs so many pixels for each character; beyond a number of them it is cut. */
const CHARACTER = 8;
const LONGEST = 12;
const HEIGHT = 220;
const LEFT = 34;
const BOTTOM = 24;
const TOP = 18;

/** What is left of the raw users, the worst at the bottom; what would only benefit on top of what is left to do. */
const SHOWN = ['bug', 'convert', 'benefit'] as const;

export function Compared({ comparison }: { comparison: Comparison }) {
	return (
		<section aria-labelledby="burndown">
			<h2 id="burndown">Burn-down</h2>
			<div class="compared">
				<BurnDownChart versions={comparison.versions} />
				<div>
					{comparison.steps.map((step) => (
						<StepPart step={step} />
					))}
				</div>
			</div>
		</section>
	);
}

function BurnDownChart({ versions }: { versions: readonly Version[] }) {
	const columns = versions.map(({ label, report }, i) => {
		const counts = countsOf(report.sites);
		return { key: String(i), label, counts, left: leftToDo(counts) };
	});
	const longest = Math.min(LONGEST, Math.max(...columns.map(({ label }) => label.length)));
	const width = Math.max(LEAST_WIDTH, LEFT + columns.length * longest * CHARACTER);
	const x = scaleBand(
		columns.map(({ key }) => key),
		[LEFT, width],
	).padding(0.35);
	const y = scaleLinear(
		[0, Math.max(1, ...columns.map(({ left, counts }) => left + counts.benefit))],
		[HEIGHT - BOTTOM, TOP],
	).nice(4);
	return (
		<figure>
			<svg class="burndown" width={width} height={HEIGHT} viewBox={`0 0 ${width} ${HEIGHT}`} role="img">
				<title>Left to do by version</title>
				{y.ticks(4).map((tick) => (
					<g class="tick">
						<line x1={LEFT} x2={width} y1={y(tick)} y2={y(tick)} />
						<text x={LEFT - 6} y={y(tick) + 4} text-anchor="end">
							{tick}
						</text>
					</g>
				))}
				{columns.map(({ key, label, counts, left }) => {
					let below = 0;
					const at = x(key) ?? 0;
					const middle = at + x.bandwidth() / 2;
					return (
						<g>
							{SHOWN.map((verdict) => {
								const from = y(below);
								below += counts[verdict];
								return (
									<rect class={verdict} x={at} y={y(below)} width={x.bandwidth()} height={from - y(below)}>
										<title>{`${label}: ${counts[verdict]} ${verdict}`}</title>
									</rect>
								);
							})}
							<text x={middle} y={y(below) - 5} text-anchor="middle" class="value">
								{left}
								{counts.benefit > 0 && <tspan class="gain">{` + ${counts.benefit}`}</tspan>}
							</text>
							<text x={middle} y={HEIGHT - 7} text-anchor="middle">
								{label.length > LONGEST ? `${label.slice(0, LONGEST - 1)}…` : label}
							</text>
						</g>
					);
				})}
			</svg>
			<figcaption>
				Left to do by version: bugs and sites to convert. Behind the plus: sites that would benefit.
				<Origins versions={versions} />
			</figcaption>
		</figure>
	);
}

/** Commit and date of each version. */
function Origins({ versions }: { versions: readonly Version[] }) {
	const known = versions.filter(({ report }) => originOf(report) !== '');
	if (known.length === 0) return null;
	return (
		<ul>
			{known.map(({ label, report }) => (
				<li>
					{label}: {originOf(report)}
				</li>
			))}
		</ul>
	);
}

function StepPart({ step }: { step: Step }) {
	const { from, to, converted, changed, moved, added, gone } = step;
	return (
		<>
			<h3>
				{from.label} → {to.label}
			</h3>
			<Group title="converted" items={converted} open>
				{(pair) => (
					<>
						<Place of={pair.after} /> <Code of={pair.before.api} /> → <Code of={pair.after.api} />
						{pair.before.path !== pair.after.path && (
							<>
								, was in <Place of={pair.before} />
							</>
						)}
						{pair.commits && `, by ${byWhom(pair)}`}
					</>
				)}
			</Group>
			<Group title="judged otherwise" items={changed}>
				{({ before, after }) => (
					<>
						<Place of={after} />{' '}
						{before.api !== after.api && (
							<>
								was <Code of={before.api} />,{' '}
							</>
						)}
						<Code of={after.api} /> <Badge verdict={before.verdict} /> → <Badge verdict={after.verdict} />
					</>
				)}
			</Group>
			<Group title="moved" items={moved}>
				{({ before, after }) => (
					<>
						<Place of={after} /> <Code of={after.api} />, was in <Place of={before} />
					</>
				)}
			</Group>
			<Group title="new" items={added}>
				{(site) => <Single site={site} />}
			</Group>
			<Group title="gone" items={gone}>
				{(site) => <Single site={site} />}
			</Group>
		</>
	);
}

function Group<T>({
	title,
	items,
	open = false,
	children,
}: {
	title: string;
	items: readonly T[];
	open?: boolean;
	children: (item: T) => ComponentChildren;
}) {
	if (items.length === 0) return null;
	return (
		<details class="group" open={open}>
			<summary>
				<strong>{items.length}</strong> {title}
			</summary>
			<ul>
				{items.map((item) => (
					<li>{children(item)}</li>
				))}
			</ul>
		</details>
	);
}

function Single({ site }: { site: AuditSite }) {
	return (
		<>
			<Place of={site} /> <Code of={site.api} /> <Badge verdict={site.verdict} />
		</>
	);
}

function Place({ of: { path, line } }: { of: AuditSite }) {
	return <code class="path">{`${path}:${line}`}</code>;
}
