import { SEVERITIES, type Severity } from '../rules/rule.js';

/** @returns true when `severity` is `threshold` or worse; nothing reaches "never" */
export function reaches(severity: Severity, threshold: Severity | 'never'): boolean {
	return threshold !== 'never' && SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(threshold);
}
