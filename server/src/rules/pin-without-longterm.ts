import type { ApiCall, FileContext } from '../analysis/context.js';
import { completionOf, type Use } from '../analysis/derived-values/index.js';
import { bare } from '../analysis/walk.js';
import { isLasting, keptByDevice, longTermCaution, pathOf, pinning, type Site, sitesOf } from './page-use.js';
import type { Rule } from './rule.js';

/** The flags are this function's own, and FOLL_LONGTERM is never among them. */
function neverLong({ call, fn, flags, arg }: ApiCall): boolean {
	if (!call.name.startsWith('pin_user_pages') || !flags) return false;
	const given = arg('flags');
	const at = given && bare(given);
	if (at?.kind === 'name' && fn?.params.some((param) => param.name === at.name)) return false;
	return flags.every(
		(value) =>
			!value.open &&
			!value.bits.has('FOLL_LONGTERM') &&
			[...value.bits.values()].every((origins) => origins.every((origin) => origin.fn === fn?.name)),
	);
}

/** What keeps the pages until somebody asks for the contrary; undefined when the file shows a bound or no release. */
function keeper(file: FileContext, { call, uses: { uses, transient } }: Site): Use | undefined {
	if (transient || completionOf(file, uses)) return undefined;
	const mapped = keptByDevice(uses);
	if (mapped) return mapped;
	// released by a function of its own: an ioctl, the release of the file
	const later = uses.some((use) => use.kind === 'released' && use.function !== call.fn?.name);
	return later ? uses.find(isLasting) : undefined;
}

export const pinWithoutLongterm: Rule = {
	meta: {
		id: 'pin-without-longterm',
		title: 'Long-term pin without FOLL_LONGTERM',
		severity: 'information',
		since: '5.6',
		needles: ['pin_user_pages'],
		fix: 'none',
		versioned: false,
	},
	check(file, report) {
		if (!file.kernel.atLeast('5.6')) return;
		for (const site of sitesOf(file, 'pin', neverLong)) {
			const use = keeper(file, site);
			if (!use) continue;
			const { call } = site.call;
			const pin = pinningTwin(file, site.call);
			report({
				...call.nameRange,
				message: `${site.name}: no FOLL_LONGTERM, but ${use.text} indefinitely, blocking migration and CMA; ${pin}`,
				related: [
					...pathOf(site, use, ['registered', 'kept', 'stored', 'device', 'released']),
					...longTermCaution(file, site.call),
				],
			});
		}
	},
};

/** pin_user_pages_unlocked refuses the flag until 6.2. */
function pinningTwin(file: FileContext, call: ApiCall): string {
	return call.call.name === 'pin_user_pages_unlocked' && !file.kernel.atLeast('6.2')
		? `use ${pinning(file, call, true)}() with FOLL_LONGTERM`
		: 'add FOLL_LONGTERM';
}
