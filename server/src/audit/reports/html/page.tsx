import { createHash } from 'node:crypto';
import { renderToStaticMarkup } from 'preact-render-to-string';
import { oneLine } from '../../../workspace/wording.js';
import { burnDown } from '../../burndown.js';
import type { Comparison } from '../../compare.js';
import { type AuditReport, shardName } from '../../report.js';
import { caveats, clean, footer, number, skippedByReason, skippedPlace } from '../words.js';
import { Chart, Tiles } from './chart.js';
import { Compared } from './comparison.js';
import type { Source } from './excerpt.js';
import { SCRIPT } from './script.js';
import { Sites } from './sites.js';
import { STYLE } from './style.js';

/** Nothing is fetched, and only our own script runs, whatever a tree has in it. */
function policy(): string {
	const hash = createHash('sha256').update(SCRIPT).digest('base64');
	return `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
}

/**
 * One page that needs nothing else: no request, no JavaScript to be read.
 * @param source the code to show beside the verdicts
 */
export function auditHtml(of: AuditReport, source: Source, comparing?: Comparison): string {
	const report = clean(of);
	const comparison = clean(comparing);
	const paths = of.sites.flatMap(({ path, evidence }) => [path, ...evidence.map((one) => one.path)]);
	const named = new Map(paths.map((path) => [oneLine(path), path]));
	const title = `Users of get_user_pages in Linux ${report.kernel}${caveats(report)}`;
	const page = (
		<html lang="en">
			<head>
				<meta charset="utf-8" />
				<meta name="viewport" content="width=device-width, initial-scale=1" />
				<meta http-equiv="Content-Security-Policy" content={policy()} />
				<meta name="color-scheme" content="light dark" />
				<title>{title}</title>
				<style dangerouslySetInnerHTML={{ __html: STYLE }} />
			</head>
			<body>
				<header>
					<h1>
						Users of <code>get_user_pages</code> and its kin
					</h1>
					<p class="meta">
						Linux {report.kernel}
						{report.kernelAssumed && <span class="partial"> (assumed: not a kernel tree)</span>}
						{', '}
						{footer(report)}
						{report.shard && (
							<span class="partial"> Shard {shardName(report.shard)}: only a part of the whole audit.</span>
						)}
						{report.partial && <span class="partial"> Stopped early: this report is partial.</span>}
					</p>
				</header>
				<main>
					<Tiles report={report} />
					{comparison && <Compared comparison={comparison} />}
					{report.sites.length === 0 ? <p>No sites.</p> : <Chart burn={burnDown(report.sites)} />}
					<Sites report={report} source={(shown) => source(named.get(shown) ?? shown)} />
					<Skipped report={report} />
				</main>
				<script dangerouslySetInnerHTML={{ __html: SCRIPT }} />
			</body>
		</html>
	);
	return `<!doctype html>\n${renderToStaticMarkup(page)}\n`;
}

function Skipped({ report: { skipped } }: { report: AuditReport }) {
	if (skipped.length === 0) return null;
	return (
		<section aria-labelledby="skipped">
			<h2 id="skipped">Skipped or partially analysed</h2>
			{skippedByReason(skipped).map(([reason, of]) => (
				<details class="group">
					<summary>
						<strong>{number(of.length)}</strong> {reason}
					</summary>
					<ul>
						{of.map((skip) => (
							<li>
								<code>{skippedPlace(skip)}</code>
							</li>
						))}
					</ul>
				</details>
			))}
		</section>
	);
}
