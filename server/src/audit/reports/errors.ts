import { ruleMetas } from '../../rules/index.js';
import type { AuditSite } from '../report.js';

const ERRORS: ReadonlySet<string> = new Set(
	ruleMetas.filter(({ severity }) => severity === 'error').map(({ id }) => id),
);

/** Rules with a finding on a site that are an error by themselves, whatever its verdict. */
export function errorsOf({ findings }: AuditSite): readonly string[] {
	return findings.filter((rule) => ERRORS.has(rule));
}
