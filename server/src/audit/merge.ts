import { AuditError, type AuditReport, byPath, shardName } from './report.js';
import type { Shard } from './shard.js';

/** Joins the reports of all shards to the one that a single machine gives. Throws an AuditError where they do not fit. */
export function merge(reports: readonly AuditReport[]): AuditReport {
	const [first] = reports;
	if (!first) throw new AuditError('no report to merge');
	for (const { kernel, tool, revision } of reports) {
		if (revision !== first.revision) throw new AuditError('reports of different revisions');
		if (kernel !== first.kernel) throw new AuditError(`reports of different kernels: ${first.kernel} and ${kernel}`);
		if (tool.version !== first.tool.version)
			throw new AuditError(`reports of different versions of the program: ${first.tool.version} and ${tool.version}`);
	}
	checkShards(reports);
	const sum = (of: (report: AuditReport) => number) => reports.reduce((all, report) => all + of(report), 0);
	return {
		tool: first.tool,
		kernel: first.kernel,
		...(reports.every(({ kernelAssumed }) => kernelAssumed) ? { kernelAssumed: true } : {}),
		...(first.revision !== undefined && { revision: first.revision }),
		...(first.named !== undefined && { named: first.named }),
		...(first.committed !== undefined && { committed: first.committed }),
		files: sum(({ files }) => files),
		elapsedMs: sum(({ elapsedMs }) => elapsedMs),
		partial: reports.some(({ partial }) => partial),
		sites: reports.flatMap(({ sites }) => sites).sort((a, b) => byPath(a, b) || a.line - b.line),
		skipped: reports.flatMap(({ skipped }) => skipped).sort(byPath),
	};
}

/** All shards of one audit, each once; or one report of a whole. */
function checkShards(reports: readonly AuditReport[]): void {
	const shards = reports.flatMap(({ shard }) => shard ?? []);
	const [first] = shards;
	if (!first) {
		if (reports.length > 1) throw new AuditError('reports of whole audits: only the shards of one are merged');
		return;
	}
	if (shards.length < reports.length) throw new AuditError('a report of a whole audit among shards');
	const seen = new Set<number>();
	for (const shard of shards) {
		if (shard.of !== first.of)
			throw new AuditError(`shards of different audits: ${shardName(first)} and ${shardName(shard)}`);
		if (seen.has(shard.index)) throw new AuditError(`shard ${shardName(shard)} is there twice`);
		seen.add(shard.index);
	}
	const missing = missingOf(seen, first);
	if (missing.length === 0) return;
	const named = missing.slice(0, NAMED).map(shardName).join(', ');
	const more = missing.length > NAMED ? ` and ${missing.length - NAMED} more` : '';
	throw new AuditError(`missing: ${missing.length === 1 ? 'shard' : 'shards'} ${named}${more}`);
}

/** Missing shards that are named; more are counted. */
const NAMED = 5;

function missingOf(seen: ReadonlySet<number>, { of }: Shard): readonly Shard[] {
	return Array.from({ length: of }, (_, i) => ({ index: i + 1, of })).filter(({ index }) => !seen.has(index));
}
