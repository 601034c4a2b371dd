import { readFile, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { audit } from '../audit/audit.js';
import { type Comparison, compare, type Version } from '../audit/compare.js';
import { withCommits } from '../audit/converters.js';
import { readReport } from '../audit/readReport.js';
import { AuditError, type AuditReport, shardName } from '../audit/report.js';
import { realpath } from '../programs/find.js';
import { Git, GitError } from '../programs/git.js';
import { reasonOf, slashed } from '../workspace/collect.js';
import { rangeOf, tagsBetween } from '../workspace/revision.js';
import { prepared, type TreeOptions } from './auditing.js';
import { type Io, UsageError } from './io.js';

/** An older version, by what the user named. */
export interface Other {
	readonly name: string;
	/** A tree, the JSON of its audit, or a revision of the audited one. */
	readonly kind: 'tree' | 'report' | 'revision';
}

/** What is audited, and what it is compared with. */
export interface Versions {
	/** Revision of the audited tree; undefined: what is checked out. */
	readonly rev: string | undefined;
	readonly others: readonly Other[];
}

interface CompareOptions extends TreeOptions {
	readonly compare?: readonly string[];
	/** Pattern of the tags that are compared between the two revisions of a range. */
	readonly tags?: string;
}

/**
 * What the values of --compare and --rev name. A range "A..B" is A and, where no --rev is given, B as what is audited.
 * @param tree as the user named it
 * @throws UsageError for a range without tags, and for tags without a range
 */
export async function versionsNamed(tree: string, options: CompareOptions, io: Io): Promise<Versions> {
	let { rev } = options;
	const others: Other[] = [];
	let ranges = 0;
	for (const name of options.compare ?? []) {
		const found = await stat(resolve(io.cwd, name)).catch(() => undefined);
		const range = found ? undefined : rangeOf(name);
		if (found) others.push({ name, kind: found.isDirectory() ? 'tree' : 'report' });
		else if (!range) others.push({ name, kind: 'revision' });
		else {
			ranges++;
			const between = options.tags === undefined ? [] : await tagged(tree, range, options.tags, io);
			const last = rev === undefined && options.compare?.at(-1) === name;
			if (last) rev = range.to;
			const names = [range.from, ...between, ...(last ? [] : [range.to])];
			others.push(...names.map((name): Other => ({ name, kind: 'revision' })));
		}
	}
	if (options.tags !== undefined && ranges === 0) throw new UsageError('--tags is for --compare A..B');
	return { rev, others };
}

async function tagged(
	tree: string,
	range: { readonly from: string; readonly to: string },
	pattern: string,
	io: Io,
): Promise<readonly string[]> {
	try {
		const tags = await tagsBetween(await Git.around(slashed(realpath(resolve(io.cwd, tree)))), range, pattern);
		if (tags.length === 0) throw new GitError(`no tags between ${range.from} and ${range.to} fit "${pattern}"`);
		return tags;
	} catch (error) {
		throw error instanceof GitError ? new UsageError(`--tags: ${error.message}`) : error;
	}
}

/**
 * The versions of --compare, each a tree, the JSON of an earlier audit or a revision, and at last the report itself.
 * @param tree as the user named it
 */
export async function compared(
	others: readonly Other[],
	report: AuditReport,
	tree: string,
	options: TreeOptions,
	io: Io,
	signal?: AbortSignal,
): Promise<Comparison> {
	const named: { readonly name: string; readonly report: AuditReport }[] = [];
	for (const other of others)
		named.push({ name: other.name, report: await reportOf(other, tree, options, io, signal) });
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
		if (of.named !== undefined) return { label: abbreviated(of.named), report: of };
		const alike = named.filter(({ report }) => report.named === undefined && report.kernel === of.kernel);
		const unique = alike.length === 1;
		const kernel = of.kernelAssumed ? `${of.kernel} assumed` : of.kernel;
		return { label: unique ? kernel : `${kernel} (${basename(resolve(io.cwd, name))})`, report: of };
	});
	return withCommits(compare(versions), slashed(realpath(resolve(io.cwd, tree))));
}

/** The full name of a commit is no label. */
function abbreviated(name: string): string {
	return /^[0-9a-f]{40,64}$/.test(name) ? name.slice(0, 12) : name;
}

async function reportOf(
	{ name, kind }: Other,
	tree: string,
	options: TreeOptions,
	io: Io,
	signal: AbortSignal | undefined,
): Promise<AuditReport> {
	try {
		if (kind === 'report') return readReport(await readFile(resolve(io.cwd, name), 'utf8'));
		const { rev: _, ...shared } = options;
		const asked = kind === 'tree' ? prepared(name, shared, io) : prepared(tree, { ...shared, rev: name }, io);
		return (await audit({ ...asked, ...(signal ? { signal } : {}) })).report;
	} catch (error) {
		if (!(error instanceof AuditError)) throw new UsageError(`${name}: ${reasonOf(error as NodeJS.ErrnoException)}`);
		if (kind !== 'revision') throw new UsageError(`${name}: ${error.message}`);
		throw new UsageError(`${name}: no such file or folder, and as a revision of ${tree}: ${error.message}`);
	}
}
