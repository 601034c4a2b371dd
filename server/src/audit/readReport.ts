import { KEEP_REASONS, TARGETS } from '../verdict/site.js';
import {
	type Check,
	isBoolean,
	isCount,
	isOrdinal,
	isString,
	isWord,
	listOf,
	oneOf,
	optional,
	shape,
} from '../workspace/shape.js';
import { AuditError, type AuditReport, shardName, VERDICTS } from './report.js';
import { parseShard, type Shard } from './shard.js';

const isShard: Check = (value) =>
	shape({ index: isOrdinal, of: isOrdinal })(value) && parseShard(shardName(value as Shard)) !== undefined;

const isReport = shape({
	tool: shape({ name: isString, version: isString }),
	kernel: isString,
	kernelAssumed: oneOf(undefined, true),
	files: isCount,
	elapsedMs: isCount,
	partial: isBoolean,
	revision: optional(isString),
	named: optional(isString),
	committed: optional(isString),
	shard: (value) => value === undefined || isShard(value),
	sites: listOf(
		shape({
			path: isString,
			line: isOrdinal,
			function: isWord,
			api: isString,
			flags: isWord,
			release: isWord,
			verdict: oneOf(...VERDICTS),
			target: oneOf(null, ...TARGETS),
			reason: oneOf(null, ...KEEP_REASONS),
			decidedBy: oneOf('inference', 'known-user'),
			source: isWord,
			evidence: listOf(shape({ path: isString, line: isOrdinal, text: isString })),
			findings: listOf(isString),
		}),
	),
	skipped: listOf(shape({ path: isString, reason: isString })),
});

/** Reads the JSON of an audit; throws an AuditError for anything else. */
export function readReport(text: string): AuditReport {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		throw new AuditError('not a JSON report');
	}
	if (!isReport(value)) throw new AuditError('not a report of "gup-lens audit --format json"');
	return value as AuditReport;
}
