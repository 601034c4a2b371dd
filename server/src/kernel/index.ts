/** All facts for one kernel: by version, or as the headers of a tree tell them. */
import { API_RECORDS } from './apis/index.js';
import { FLAG_RECORDS } from './flags.js';
import { compareReleases, covers, isSettled, NEWEST, parseVersion, tabled } from './releases.js';
import { withRole } from './roles.js';
import type {
	Api,
	ApiRecord,
	Flag,
	FlagDefinition,
	FlagRecord,
	FlagSpan,
	Kernel,
	Param,
	Prototype,
	Release,
	Role,
	Signature,
	TreeDeclarations,
} from './types.js';

export { knownUser } from './known-users.js';
export { NEWEST } from './releases.js';
export { words as needles } from './words.js';

type Origin = Kernel['origin'];

/** The span of a record that holds at a release. */
function at<T extends { readonly since: Release; readonly until?: Release }>(
	spans: readonly T[],
	release: Release,
): T | undefined {
	return spans.find((span) => covers(span, release));
}

/** A present span must have been read; absence and presence alike must be settled by the kernels read around it. */
function isVerified<T extends { readonly since: Release; readonly until?: Release; readonly verified: boolean }>(
	spans: readonly T[],
	release: Release,
): boolean {
	const here = at(spans, release);
	return here?.verified !== false && isSettled(release, (read) => at(spans, read) === here);
}

class KernelApi implements Api {
	constructor(
		readonly record: ApiRecord,
		readonly signature: Signature | undefined,
		readonly verified: boolean,
	) {}

	get name(): string {
		return this.record.name;
	}

	index(role: Role): number {
		return this.signature?.params.findIndex((param) => param.role === role) ?? -1;
	}
}

class Facts implements Kernel {
	readonly #apis: ReadonlyMap<string, Api>;
	readonly #flags: ReadonlyMap<string, Flag>;

	constructor(
		readonly release: Release,
		readonly version: string,
		readonly origin: Origin,
		readonly assumed: boolean,
		apis: readonly Api[],
		flags: readonly Flag[],
	) {
		this.#apis = new Map(apis.map((api) => [api.name, api]));
		this.#flags = new Map(flags.map((flag) => [flag.name, flag]));
	}

	api(name: string): Api | undefined {
		return this.#apis.get(name);
	}

	flag(name: string): Flag | undefined {
		return this.#flags.get(name);
	}

	apis(): readonly Api[] {
		return [...this.#apis.values()].filter((api) => api.signature !== undefined);
	}

	flags(): readonly Flag[] {
		return [...this.#flags.values()].filter((flag) => flag.span !== undefined);
	}

	atLeast(release: Release): boolean {
		return compareReleases(this.release, release) >= 0;
	}
}

function tableApi(record: ApiRecord, release: Release): Api {
	return new KernelApi(record, at(record.signatures, release), isVerified(record.signatures, release));
}

function tableFlag(record: FlagRecord, release: Release): Flag {
	return { record, name: record.name, span: at(record.spans, release), verified: isVerified(record.spans, release) };
}

const byVersion = new Map<string, Kernel>();

/**
 * Facts for a kernel outside any tree, from the version table. Beyond the table they are only assumed.
 * @param version "6.12", "6.12.117", "v6.1-rc3"; patch levels do not matter for the facts
 * @throws RangeError when that is no kernel version
 */
export function kernelFor(version: string, origin: 'option' | 'newest' = 'option'): Kernel {
	const parsed = parseVersion(version);
	if (!parsed) throw new RangeError(`not a kernel version: "${version}" (give one like 6.12 or 6.1.92)`);
	const key = `${origin} ${parsed.version}`;
	const known = byVersion.get(key);
	if (known) return known;
	const { release } = parsed;
	const kernel = new Facts(
		release,
		parsed.version,
		origin,
		origin === 'newest' || tabled(release) !== release,
		API_RECORDS.map((record) => tableApi(record, release)),
		FLAG_RECORDS.map((record) => tableFlag(record, release)),
	);
	byVersion.set(key, kernel);
	return kernel;
}

/** Facts for a file of which nobody says which kernel it is for: the newest kernel the table knows. */
export function newestKernel(): Kernel {
	return kernelFor(NEWEST, 'newest');
}

/** How far two releases are apart: any major step is farther than all minor ones. */
function distance(a: Release, b: Release): number {
	const place = (release: Release): number => release.split('.').reduce((sum, part) => sum * 1000 + Number(part), 0);
	return Math.abs(place(a) - place(b));
}

/** A known signature with the same number of arguments: of this release, else the nearest one. */
function likeness(record: ApiRecord, arity: number | undefined, release: Release): Signature | undefined {
	const alike = record.signatures.filter((known) => arity === undefined || known.params.length === arity);
	return at(alike, release) ?? alike.toSorted((a, b) => distance(a.since, release) - distance(b.since, release))[0];
}

/** Parameters of a macro have no types, and some prototypes no names: those take what a known signature says. */
function rolesOf(prototype: Prototype, known: Signature | undefined): readonly Param[] {
	if (!prototype.params) return known?.params ?? [];
	return prototype.params.map((param, i) => {
		const told = withRole(param);
		const model = known?.params[i];
		if (!model || told.role !== 'other' || (told.type !== '' && told.type !== model.type)) return told;
		return { ...told, role: model.role };
	});
}

function treeSignature(record: ApiRecord, prototype: Prototype, release: Release, version: string): Signature {
	const known = likeness(record, prototype.params?.length, release);
	return {
		since: release,
		returns: prototype.returns || known?.returns || 'void',
		params: rolesOf(prototype, known),
		verified: true,
		source: `${prototype.header} of this tree, ${version}`,
		header: prototype.header,
		...(prototype.macro && { macro: true }),
	};
}

/** Headers that would declare a name: where the table expects it at this release, else all it was ever in. */
function declaringHeaders(
	spans: readonly { readonly header: string; readonly since: Release; readonly until?: Release }[],
	release: Release,
): string[] {
	const expected = at(spans, release);
	return expected ? [expected.header] : [...new Set(spans.map((span) => span.header))];
}

function treeFlagSpan(record: FlagRecord, definition: FlagDefinition, release: Release, version: string): FlagSpan {
	const { header } = definition;
	// A header of its own says who may name it; in the one public header of old, the convention does.
	const known = record.spans.find((span) => span.header === header) ?? at(record.spans, release) ?? record.spans[0];
	return {
		since: release,
		visibility: header.startsWith('mm/') ? 'internal' : (known?.visibility ?? 'public'),
		value: definition.value ?? known?.value ?? 0,
		header,
		verified: true,
		source: `${header} of this tree, ${version}`,
	};
}

/**
 * Facts for a kernel tree, or for files outside that are built with its headers: its own headers decide what exists and with which arguments. What a header that
 * was not there would declare comes from the version table.
 */
export function kernelForTree(declarations: TreeDeclarations, origin: 'tree' | 'headers' = 'tree'): Kernel {
	const told = declarations.version === undefined ? undefined : parseVersion(declarations.version);
	const { release, version } = told ?? { release: NEWEST, version: NEWEST };
	const given = new Set(declarations.headers);
	const prototypes = new Map(declarations.prototypes.map((prototype) => [prototype.name, prototype]));
	const definitions = new Map(declarations.flags.map((definition) => [definition.name, definition]));

	const api = (record: ApiRecord): Api => {
		const prototype = prototypes.get(record.name);
		if (prototype) return new KernelApi(record, treeSignature(record, prototype, release, version), true);
		const read = declaringHeaders(record.signatures, release).every((header) => given.has(header));
		return read ? new KernelApi(record, undefined, true) : tableApi(record, release);
	};
	const flag = (record: FlagRecord): Flag => {
		const definition = definitions.get(record.name);
		if (definition) {
			return { record, name: record.name, span: treeFlagSpan(record, definition, release, version), verified: true };
		}
		const read = definitions.size > 0 && declaringHeaders(record.spans, release).every((header) => given.has(header));
		return read ? { record, name: record.name, span: undefined, verified: true } : tableFlag(record, release);
	};
	return new Facts(release, version, origin, told === undefined, API_RECORDS.map(api), FLAG_RECORDS.map(flag));
}
