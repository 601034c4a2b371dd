import { readFile, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { audit } from '../audit/audit.js';
import { type Comparison, compare, type Version } from '../audit/compare.js';
import { readReport } from '../audit/readReport.js';
import { AuditError, type AuditReport, shardName } from '../audit/report.js';
import { reasonOf } from '../workspace/collect.js';
import { prepared, type TreeOptions } from './auditing.js';
import { type Io, UsageError } from './io.js';

/**
 * The versions of --compare, each a tree or the JSON of an earlier audit, and at last the report itself.
 * @param tree as the user named it, for a label
 */
export async function compared(
	others: readonly string[],
	report: AuditReport,
	tree: string,
	options: TreeOptions,
	io: Io,
	signal?: AbortSignal,
): Promise<Comparison> {
	const named: { readonly name: string; readonly report: AuditReport }[] = [];
	for (const other of others) named.push({ name: other, report: await reportOf(other, options, io, signal) });
	named.push({ name: tree, report });
	for (const { name, report: of } of named) {
		// A shard may have got no folder, and what was stopped found nothing yet.
		if (of.files === 0 && !of.shard && !of.partial)
			throw new UsageError(`${name}: no C files found, nothing to compare`);
		if (of.shard?.index !== report.shard?.index || of.shard?.of !== report.shard?.of) {
			const what = of.shard ? `shard ${shardName(of.shard)} of an audit` : 'a whole audit';
			const other = report.shard ? `shard ${shardName(report.shard)}` : 'a whole one';
			throw new UsageError(`${name}: ${what}: cannot be compared with ${other}`);
		}
	}
	const versions = named.map(({ name, report: of }): Version => {
		const unique = named.filter(({ report: { kernel } }) => kernel === of.kernel).length === 1;
		const kernel = of.kernelAssumed ? `${of.kernel} assumed` : of.kernel;
		return { label: unique ? kernel : `${kernel} (${basename(resolve(io.cwd, name))})`, report: of };
	});
	return compare(versions);
}

async function reportOf(
	other: string,
	options: TreeOptions,
	io: Io,
	signal: AbortSignal | undefined,
): Promise<AuditReport> {
	const path = resolve(io.cwd, other);
	try {
		const isTree = (await stat(path)).isDirectory();
		if (!isTree) return readReport(await readFile(path, 'utf8'));
		return (await audit({ ...prepared(other, options, io), ...(signal ? { signal } : {}) })).report;
	} catch (error) {
		const reason = error instanceof AuditError ? error.message : reasonOf(error as NodeJS.ErrnoException);
		throw new UsageError(`${other}: ${reason}`);
	}
}
