import { chargeOf } from '../analysis/charged-pins.js';
import type { ApiCall, FileContext } from '../analysis/context.js';
import { completionOf, type Use } from '../analysis/derived-values/index.js';
import { bare } from '../analysis/walk.js';
import type { Range } from '../syntax/ir.js';
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

function alwaysLong({ call, flags }: ApiCall): boolean {
	return call.name.startsWith('pin_user_pages') && flags?.every(({ bits }) => bits.has('FOLL_LONGTERM')) === true;
}

/** Why the pages stay until somebody asks for the contrary. */
interface Keeper extends Range {
	/** The end of a sentence about the pages. */
	readonly text: string;
	/** What is done with the pages; undefined where the function itself says that they stay. */
	readonly use?: Use;
}

/** Functions other than the taking one that release the pages: an ioctl, the release of the file. */
function releasers({ call, uses: { uses } }: Site): readonly string[] {
	return uses.flatMap((use) => (use.kind === 'released' && use.function !== call.fn?.name ? use.function : []));
}

/** Another pin of the function has the flag, and both come to the same release elsewhere: they live equally long. */
function longTwin(site: Site, others: readonly Site[]): Site | undefined {
	const mine = releasers(site);
	return others.find((other) => other.call.fn === site.call.fn && releasers(other).some((name) => mine.includes(name)));
}

/** Undefined when the file shows a bound or no release. */
function keeper(file: FileContext, site: Site, long: () => readonly Site[]): Keeper | undefined {
	const { fn } = site.call;
	const { uses, transient } = site.uses;
	if (transient || completionOf(file, uses)) return undefined;
	const use = keptByDevice(uses) ?? (releasers(site).length > 0 ? uses.find(isLasting) : undefined);
	if (use) return { start: use.start, end: use.end, text: `${use.text} indefinitely`, use };
	const charge = fn && chargeOf(file, fn);
	if (charge)
		return { start: charge.start, end: charge.end, text: 'they are charged as locked memory until they are released' };
	const twin = longTwin(site, long());
	if (!twin) return undefined;
	const { start, end } = twin.call.call.nameRange;
	return { start, end, text: `they stay as long as ${twin.name}, which has it` };
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
		let found: readonly Site[] | undefined;
		const long = (): readonly Site[] => {
			found ??= [...sitesOf(file, 'pin', alwaysLong)];
			return found;
		};
		for (const site of sitesOf(file, 'pin', neverLong)) {
			const kept = keeper(file, site, long);
			if (!kept) continue;
			const { call } = site.call;
			const pin = pinningTwin(file, site.call);
			const { start, end, text, use } = kept;
			const path = use
				? pathOf(site, use, ['registered', 'kept', 'stored', 'device', 'released'])
				: [{ start, end, message: `${site.name}: ${text}` }];
			report({
				...call.nameRange,
				message: `${site.name}: no FOLL_LONGTERM, but ${text}, blocking migration and CMA; ${pin}`,
				related: [...path, ...longTermCaution(file, site.call)],
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
