import { CONVERTING, type Finding } from '../engine.js';
import type { Examined } from './file-analyzer.js';

/** Those of the findings whose sites can be converted, as far as this file and those beside it tell. */
export function convertible(file: Pick<Examined, 'offers'>, findings: readonly Finding[]): ReadonlySet<Finding> {
	const asking = findings.filter(({ rule, related }) => CONVERTING.has(rule) && !related.some(isBlocked));
	if (asking.length === 0) return new Set();
	const sites = file.offers().flatMap(({ conversions, sites }) => (conversions.length > 0 ? sites : []));
	return new Set(asking.filter((finding) => sites.some(({ start }) => start === finding.start)));
}

/** What a shell reads as one word. */
export function quoted(path: string): string {
	return /^[\w./+,@%=-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/** The command that converts what a finding is about. */
export function conversionCommand(rule: string, shown: string): string {
	return `gup-lens fix --rule ${rule} ${quoted(shown)}`;
}

function isBlocked({ message }: Finding['related'][number]): boolean {
	return message.startsWith('no conversion is offered');
}
