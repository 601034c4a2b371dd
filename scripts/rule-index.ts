/** The table of all rules, generated from their metadata. */
import type { RuleMeta } from '../server/src/rules/rule.js';

/** Rows for every rule, as Markdown. */
function ruleTable(metas: readonly RuleMeta[]): string {
	const rows = metas.map(
		({ id, title, severity, severityNote, since, fix }) =>
			`| [${id}](${id}.md) | ${severity}${severityNote ? ', varies' : ''} | ${since ?? ''} | ${fix === 'none' ? '' : fix} | ${title.replaceAll('*', '\\*')} |`,
	);
	return ['| rule | severity | since | fix | finds |', '|---|---|---|---|---|', ...rows].join('\n');
}

/** docs/rules/README.md */
export function ruleIndex(metas: readonly RuleMeta[]): string {
	return `# Rules

Each page has the reason for a rule, a wrong and a right example, the fix, what it does not report and when to suppress it; more examples
are on a page of their own. All are tests: \`npm test\` analyses them, expects the findings marked under the code, and no others.

Severities are defaults ("varies": the page says with what); \`gup-lens.severity\` in an editor and \`--severity id=severity\` on the command line change them.
"since" is the first kernel the rule holds for. Fix: *safe* ones run with "fix all" and \`gup-lens fix\`, *unsafe* ones are offered one by one, or with \`--unsafe\`.

${ruleTable(metas)}

Suppress a finding that is intended with a comment that gives the reason:

\`\`\`c
/* gup-lens: keep foll-flags-not-flags -- the old firmware interface passes the number */
\`\`\`

A suppression without a reason, or one that suppresses nothing, is [reported itself](suppression.md).
`;
}
