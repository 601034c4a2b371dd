import { createHash } from 'node:crypto';
import type { Finding } from '../engine.js';
import { Lines } from '../workspace/lines.js';

/** What stays the same of the findings of a file when lines come or go above them; one for each, in their order. */
export function fingerprints(path: string, text: string, findings: readonly Finding[]): string[] {
	const lines = new Lines(text);
	const seen = new Map<string, number>();
	return findings.map((finding) => {
		const line = lines.line(lines.position(finding.start).line).replace(/\s+/g, '');
		const key = [finding.rule, path, finding.function ?? '', line].join('\0');
		const ordinal = seen.get(key) ?? 0;
		seen.set(key, ordinal + 1);
		return createHash('sha256').update(`${key}\0${ordinal}`).digest('hex').slice(0, 32);
	});
}
