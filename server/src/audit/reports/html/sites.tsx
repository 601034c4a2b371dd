import { subsystemOf } from '../../burndown.js';
import type { AuditReport, AuditSite } from '../../report.js';
import { adviceOf, COLUMNS, whyOf } from '../words.js';
import { type Excerpt, excerpts, type Source } from './excerpt.js';
import { Badge, Breakable, Code } from './parts.js';

/** All sites in one table, bugs first; each with its code folded away. The fields above it appear with JavaScript. */
export function Sites({ report, source }: { report: AuditReport; source: Source }) {
	const sites = COLUMNS.flatMap((verdict) => report.sites.filter((site) => site.verdict === verdict));
	const subsystems = [...new Set(sites.map(({ path }) => subsystemOf(path)))].sort();
	return (
		<section aria-labelledby="sites">
			<h2 id="sites">
				Sites <span id="shown" aria-live="polite" />
			</h2>
			<form id="filter" hidden>
				<label>
					<span>Search</span>
					<input type="search" name="words" placeholder="path, function, flag, evidence" />
				</label>
				<label>
					<span>Subsystem</span>
					<select name="subsystem">
						<option value="">all</option>
						{subsystems.map((name) => (
							<option value={name}>{name}</option>
						))}
					</select>
				</label>
				<fieldset>
					<legend>Verdict</legend>
					{COLUMNS.map((verdict) => (
						<label class={`choice ${verdict}`}>
							<input type="checkbox" name="verdict" value={verdict} checked />
							{verdict}
						</label>
					))}
				</fieldset>
			</form>
			<table class="sites">
				<thead>
					<tr>
						<th scope="col">verdict</th>
						<th scope="col">call</th>
						<th scope="col">flags</th>
						<th scope="col">released by</th>
						<th scope="col">what</th>
					</tr>
				</thead>
				{sites.map((site) => (
					<SiteRows site={site} source={source} />
				))}
			</table>
		</section>
	);
}

function SiteRows({ site, source }: { site: AuditSite; source: Source }) {
	const { verdict, path, line, api, function: name, flags, release } = site;
	return (
		<tbody data-verdict={verdict} data-subsystem={subsystemOf(path)}>
			<tr>
				<td>
					<Badge verdict={verdict} />
				</td>
				<td>
					<Breakable of={`${path}:${line}`} name="path" />
					<br />
					<Code of={api} />
					{name !== null && (
						<>
							{' in '}
							<Code of={name} />
						</>
					)}
				</td>
				<td class="extra" data-label="flags">
					{flags !== null && <Code of={flags.replaceAll('|', ' | ')} />}
				</td>
				<td class="extra" data-label="given back by">
					{release?.split(/(?<=,) /).map((one) => (
						<>
							<span class="whole">
								<Breakable of={one} />
							</span>{' '}
						</>
					))}
				</td>
				<td>{adviceOf(site).replace('->', '→')}</td>
			</tr>
			<tr class="why">
				<td />
				<td colSpan={4}>
					<details>
						<summary>{whyOf(site) || 'code'}</summary>
						<Evidence site={site} shown={excerpts(site, source)} />
					</details>
				</td>
			</tr>
		</tbody>
	);
}

function Evidence({ site, shown }: { site: AuditSite; shown: readonly Excerpt[] }) {
	const seen = new Set(shown.map(({ path }) => path));
	const unseen = site.evidence.filter(({ path }) => !seen.has(path));
	return (
		<>
			{shown.map((excerpt) => (
				<Shown excerpt={excerpt} />
			))}
			{unseen.length > 0 && (
				<ul>
					{unseen.map(({ path, line, text }) => (
						<li>
							<code class="path">{`${path}:${line}`}</code> {text}
						</li>
					))}
				</ul>
			)}
			{site.source !== null && <p class="meta">From the table of known users: {site.source}</p>}
			{site.findings.length > 0 && <p class="meta">Findings: {site.findings.join(', ')}</p>}
		</>
	);
}

function Shown({ excerpt: { path, lines } }: { excerpt: Excerpt }) {
	return (
		<figure class="code">
			<figcaption>{path}</figcaption>
			<pre>
				{lines.map(({ number, text, isSite, notes }) =>
					number === undefined ? (
						<span class="gap">⋯{'\n'}</span>
					) : (
						<>
							<span class={isSite ? 'line site' : 'line'}>
								<span class="gutter">{String(number).padStart(5)} </span>
								{text}
								{'\n'}
							</span>
							{notes.map((note) => (
								<span class="note">
									{note}
									{'\n'}
								</span>
							))}
						</>
					),
				)}
			</pre>
		</figure>
	);
}
