import { type Check, isNumber, isString, listOf, oneOf, shape } from '../workspace/shape.js';
import { AuditError, type AuditReport, shardName } from './report.js';
import { parseShard, type Shard } from './shard.js';

const isWord: Check = (value) => value === null || typeof value === 'string';

const isShard: Check = (value) =>
	shape({ index: isNumber, of: isNumber })(value) && parseShard(shardName(value as Shard)) !== undefined;

const isReport = shape({
	tool: shape({ name: isString, version: isString }),
	kernel: isString,
	kernelAssumed: oneOf(undefined, true),
	files: isNumber,
	elapsedMs: isNumber,
	partial: (value) => typeof value === 'boolean',
	shard: (value) => value === undefined || isShard(value),
	sites: listOf(
		shape({
			path: isString,
			line: isNumber,
			function: isWord,
			api: isString,
			flags: isWord,
			release: isWord,
			verdict: oneOf('ok', 'keep', 'benefit', 'convert', 'bug'),
			target: isWord,
			reason: isWord,
			decidedBy: oneOf('inference', 'known-user'),
			source: isWord,
			evidence: listOf(shape({ path: isString, line: isNumber, text: isString })),
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
		throw new AuditError('no JSON');
	}
	if (!isReport(value)) throw new AuditError('no report of "gup-lens audit --format json"');
	return value as AuditReport;
}
