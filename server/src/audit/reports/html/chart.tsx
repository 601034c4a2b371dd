import { type BurnDown, type BurnDownRow, countsOf, leftToDo } from '../../burndown.js';
import type { AuditReport } from '../../report.js';
import { COLUMNS, MEANING } from '../words.js';
import { Bar } from './parts.js';

/** One tile for each verdict: how many, and what it means. The legend of all charts. */
export function Tiles({ report }: { report: AuditReport }) {
	const counts = countsOf(report.sites);
	return (
		<ul class="tiles">
			{COLUMNS.map((verdict) => (
				<li class={verdict}>
					<strong>{counts[verdict]}</strong> <b>{verdict}</b>
					<span>{MEANING[verdict]}</span>
				</li>
			))}
		</ul>
	);
}

/** Verdicts by subsystem: those with something to do, the others folded away. */
export function Chart({ burn }: { burn: BurnDown }) {
	const longest = Math.max(1, ...burn.rows.map(({ total }) => total));
	const isOpen = ({ counts }: BurnDownRow) => leftToDo(counts) > 0;
	const open = burn.rows.filter(isOpen);
	const done = burn.rows.filter((row) => !isOpen(row));
	const gaining = done.filter(({ counts }) => counts.benefit > 0).length;
	return (
		<section aria-labelledby="chart">
			<h2 id="chart">By subsystem</h2>
			{open.length > 0 && <Rows rows={open} longest={longest} />}
			{done.length > 0 && (
				<details open={open.length === 0}>
					<summary>
						{done.length} {open.length > 0 ? 'more ' : ''}
						{done.length === 1 ? 'subsystem' : 'subsystems'} with nothing left to do
						{gaining > 0 && `, ${gaining} of them with sites that would benefit`}
					</summary>
					<Rows rows={done} longest={longest} />
				</details>
			)}
		</section>
	);
}

function Rows({ rows, longest }: { rows: readonly BurnDownRow[]; longest: number }) {
	return (
		<table class="chart">
			<thead>
				<tr>
					<th scope="col">subsystem</th>
					<th scope="col">verdicts</th>
					<th scope="col" class="number">
						left to do
					</th>
					<th scope="col" class="number">
						sites
					</th>
				</tr>
			</thead>
			<tbody>
				{rows.map(({ subsystem, counts, total }) => (
					<tr>
						<th scope="row">{subsystem}</th>
						<td class="wide">
							<Bar counts={counts} longest={longest} />
						</td>
						<td class="number">{leftToDo(counts) || ''}</td>
						<td class="number">{total}</td>
					</tr>
				))}
			</tbody>
		</table>
	);
}
