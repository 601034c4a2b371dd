/** The table of all rules, generated from their metadata. */
import type { RuleMeta } from '../server/src/rules/rule.js';

/**
 * Rows for every rule, as Markdown.
 * @param folder where the pages are, relative to the document the table stands in ("" or "docs/rules/")
 */
function ruleTable(metas: readonly RuleMeta[], folder: string): string {
	const rows = metas.map(
		({ id, title, severity, severityNote, since, fix }) =>
			`| [${id}](${folder}${id}.md) | ${severity}${severityNote ? ', varies' : ''} | ${since ?? ''} | ${fix === 'none' ? '' : fix} | ${title.replaceAll('*', '\\*')} |`,
	);
	return ['| rule | severity | since | fix | finds |', '|---|---|---|---|---|', ...rows].join('\n');
}

/** docs/rules/README.md */
export function ruleIndex(metas: readonly RuleMeta[]): string {
	return `# Rules

Each page has the reason for a rule, examples, what it does not report and when to suppress it. The examples are tests: \`npm test\`
analyses all C blocks, expects the findings marked under the code, and none in the others.

Severities are defaults ("varies": the page says with what); \`gup-lens.severity\` in an editor and \`--severity id=severity\` on the command line change them.
"since" is the first kernel the rule holds for. Fix: *safe* ones run with "fix all" and \`gup-lens fix\`, *unsafe* ones are offered one by one, or with \`--unsafe\`.

${ruleTable(metas, '')}

Suppress a finding that is intended with a comment that gives the reason:

\`\`\`c
/* gup-lens: keep foll-flags-not-flags -- the old firmware interface passes the number */
\`\`\`

A suppression without a reason, or one that suppresses nothing, is [reported itself](suppression.md).
`;
}

const START = '<!-- rules: npm run generate -->';
const END = '<!-- end of rules -->';

/** `text` with its generated rule table renewed. */
export function withRuleTable(text: string, metas: readonly RuleMeta[], folder: string): string {
	const start = text.indexOf(START);
	const end = text.indexOf(END);
	if (start < 0 || end < start) return text;
	return `${text.slice(0, start + START.length)}\n${ruleTable(metas, folder)}\n${text.slice(end)}`;
}
