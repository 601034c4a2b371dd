/** Where the pages of the rules are read. */
const RULE_PAGES = 'https://github.com/gup-lens/gup-lens/blob/main/docs/rules/';

/** Page of a rule, for people who have ten minutes. */
export function pageOf(rule: string): string {
	return `${RULE_PAGES}${rule}.md`;
}
