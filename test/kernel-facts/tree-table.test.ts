/** The version table against the headers and mm/gup.c of real kernels. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kernelTree, TREES_HINT } from '../../scripts/trees.js';
import { FAST_WHITELIST, FLAG_CHECKS } from '../../server/src/kernel/checks.js';
import { kernelFor } from '../../server/src/kernel/index.js';
import { compareReleases, covers, NEWEST, READ } from '../../server/src/kernel/releases.js';
import type { Api, Kernel } from '../../server/src/kernel/types.js';
import { allTrees, kernelOf, needTree, read, versionOf } from '../kernel/trees.js';
import { digestOf, EVIDENCE, WITHOUT_DIGEST } from './evidence.js';

/** A prototype with its roles, so that a difference shows as text. */
function shape(api: Api | undefined): string {
	if (!api?.signature) return 'absent';
	if (api.signature.macro) return `macro of ${api.signature.params.length}`;
	const params = api.signature.params.map(({ type, name, role }) => `${type} ${name} [${role}]`);
	return `${api.signature.returns}(${params.join(', ')})`;
}

/** The table writes a macro as the function it stands for. */
function isAlike(told: Api | undefined, declared: Api | undefined): boolean {
	if (declared?.signature?.macro) return told?.signature?.params.length === declared.signature.params.length;
	return shape(told) === shape(declared);
}

const isRead = (root: string) => READ.some(([, version]) => version === versionOf(root));
const trees = allTrees().filter((root) => isRead(root) || /linux-source/.test(root));

it.skipIf(!kernelTree('newest'))(`the newest kernel is at hand (${TREES_HINT})`, () => {
	expect(trees).toContain(kernelTree('newest'));
});

describe('a version counts as read', () => {
	it('only with the digest of what was compared, but for those read before digests were kept', () => {
		const versions = READ.map(([, version]) => version);
		expect(versions.filter((version) => !(version in EVIDENCE) && !WITHOUT_DIGEST.has(version))).toEqual([]);
		expect([...Object.keys(EVIDENCE), ...WITHOUT_DIGEST].toSorted()).toEqual(versions.toSorted());
	});

	it.each(trees.filter((root) => versionOf(root) in EVIDENCE).map((root) => [versionOf(root), root] as const))(
		'%s: its tree is the one that was compared',
		(version, root) => expect(digestOf(root)).toBe(EVIDENCE[version]),
	);
});

describe.each(['6.12', '6.1'] as const)('the %s package', (name) => {
	const { skip, title } = needTree('is at hand', name);
	it.skipIf(skip)(title, () => expect(trees.some((root) => versionOf(root).startsWith(`${name}.`))).toBe(true));
});

describe.each(trees.map((root) => [versionOf(root), root] as const))('%s', (version, root) => {
	const table = kernelFor(version);
	const declared = kernelOf(root);

	/** A newer kernel than the table was read in may have changed: told, and not held against it. */
	const told = (wrong: readonly string[]) => {
		const newer = compareReleases(declared.release, NEWEST) > 0 ? wrong : [];
		for (const line of newer) console.warn(`new in ${version}: ${line}`);
		return wrong.filter((line) => !newer.includes(line));
	};

	it('declares every function as the table says', () => {
		const names = new Set([...table.apis(), ...declared.apis()].map((api) => api.name));
		expect(names.size).toBeGreaterThan(20);
		const wrong = [...names]
			.filter((api) => !isAlike(table.api(api), declared.api(api)))
			.map((api) => `${api}: table ${shape(table.api(api))}, tree ${shape(declared.api(api))}`);
		expect(told(wrong)).toEqual([]);
	});

	it('calls what it read verified, and what the tree declares too', () => {
		const fromTree = declared.apis().filter(({ signature }) => signature?.source.includes('of this tree'));
		expect(fromTree.length).toBeGreaterThan(20);
		expect(fromTree.filter((api) => !api.verified)).toEqual([]);
		if (isRead(root))
			expect(
				table
					.apis()
					.filter((api) => !api.verified)
					.map((api) => api.name),
			).toEqual([]);
	});

	it('defines every flag as the table says', () => {
		const flags = (kernel: Kernel) =>
			kernel.flags().map(({ name, span }) => `${name} ${span?.value} ${span?.visibility} ${span?.header}`);
		const known = new Set(flags(table));
		// a value that differs is wrong in any kernel; a flag more or less may be new
		expect(told(flags(declared).filter((flag) => !known.has(flag)))).toEqual([]);
		const names = (kernel: Kernel) => kernel.flags().map(({ name }) => name);
		expect(told(names(table).filter((name) => !names(declared).includes(name)))).toEqual([]);
		for (const { name, span } of declared.flags()) {
			const before = table.flag(name)?.span;
			if (before) expect([name, span?.value]).toEqual([name, before.value]);
		}
	});

	it.skipIf(!existsSync(join(root, 'mm/gup.c')))('refuses in the fast variants what the whitelist leaves out', () => {
		const match = /WARN_ON_ONCE\(gup_flags & ~\(([^)]*)\)/.exec(read(root, 'mm/gup.c'));
		const known = FAST_WHITELIST.find((white) => covers(white, table.release));
		expect(match?.[1]?.match(/FOLL_\w+/g)?.toSorted()).toEqual(known?.flags.toSorted());
	});

	it.skipIf(!existsSync(join(root, 'mm/gup.c')))('refuses internal flags from callers as the checks say', () => {
		const source = read(root, 'mm/gup.c').replace(/INTERNAL_GUP_FLAGS/g, () => internalFlags(root));
		const match = /WARN_ON_ONCE\(gup_flags & \(?((?:FOLL_\w+[\s|]*)+)\)/.exec(
			/is_valid_gup_args\([\s\S]*?\n}/.exec(source)?.[0] ?? '',
		);
		const refused = new Set(
			FLAG_CHECKS.filter((check) => covers(check, table.release) && check.apis.includes('get_user_pages_unlocked'))
				.filter((check) => check.rule === 'foll-internal-flag' || check.rule === 'foll-pin-from-caller')
				.flatMap((check) => check.flags),
		);
		expect([...refused].toSorted()).toEqual([...new Set(match?.[1]?.match(/FOLL_\w+/g))].toSorted());
	});
});

function internalFlags(root: string): string {
	const text = read(root, 'mm/internal.h').replace(/\\\n/g, ' ');
	return /#define INTERNAL_GUP_FLAGS \(([^)]*)\)/.exec(text)?.[1] ?? '';
}
