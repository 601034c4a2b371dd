import type { ApiCall, FileContext } from '../analysis/context.js';
import { completionOf, type Use, usesOf } from '../analysis/derived-values/index.js';
import { isLasting, keptByDevice, longTermCaution, pathOf, pinning, type Site, sitesOf } from './page-use.js';
import type { Rule } from './rule.js';

const PATH = ['device', 'kept', 'registered', 'stored', 'released'] as const;

/** The use that makes the pages a device's, or keeps them for longer than the call; undefined when there is none. */
export function reachesFurther({ uses: { uses, transient, core } }: Pick<Site, 'uses'>): Use | undefined {
	const device = uses.find((use) => use.kind === 'device');
	if (device || transient || core) return device;
	const lasting = uses.find(isLasting);
	if (lasting) return lasting;
	// kept in an object whose pages another function reads or writes
	const touched = uses.some((use) => use.byField && (use.kind === 'write' || use.kind === 'read'));
	const stored = (use: Use): boolean => use.kind === 'stored' && use.life === 'object' && use.address !== true;
	return (touched ? uses.find(stored) : undefined) ?? toldByAddress(uses);
}

/** Somebody who is not seen gets their frame numbers, and another function gives the pages back: a device works with them meanwhile. */
function toldByAddress(uses: readonly Use[]): Use | undefined {
	const told = uses.find((use) => use.kind === 'handed' && use.address === true);
	return told && uses.some((use) => use.kind === 'released' && use.function !== told.function) ? told : undefined;
}

function outlasts(file: FileContext, { uses }: Pick<Site, 'uses'>, use: Use): boolean {
	const lasts = use.kind !== 'device' || keptByDevice(uses.uses) !== undefined || uses.uses.some(isLasting);
	return lasts && !completionOf(file, uses.uses);
}

/** The pages of a call are held for as long as user space wants. */
export function isForLong(file: FileContext, call: ApiCall): boolean {
	const uses = usesOf(file, call);
	const use = reachesFurther({ uses });
	return use !== undefined && outlasts(file, { uses }, use);
}

function message(file: FileContext, site: Site, use: Use): string {
	const { call, name } = site;
	const long = outlasts(file, site, use);
	const pin = pinning(file, call, long);
	const what = use.kind === 'handed' ? ` ${use.text} by address,` : `, but ${use.text}`;
	const taken = `${name}: plain references${what}`;
	const spelled = call.flags?.some(({ bits }) => bits.has('FOLL_GET')) ?? false;
	const flags = `${long ? ' with FOLL_LONGTERM' : ''}${spelled ? ' instead of FOLL_GET' : ''}`;
	const right = `use ${pin}()${flags}`;
	if (use.kind === 'device') return `${taken}; writeback and fork() cannot tell; ${right}`;
	if (use.kind === 'handed' && !long) return `${taken} used after this function returns; ${right}`;
	return `${taken}${use.kind === 'handed' ? ' used' : ''} indefinitely without MMU notifier; ${right}`;
}

export const follGetForDma: Rule = {
	meta: {
		id: 'foll-get-for-dma',
		title: 'Plain references to pages used for DMA or held long-term',
		severity: 'warning',
		since: '5.6',
		needles: ['get_user_page'],
		fix: 'none',
		versioned: false,
	},
	check(file, report) {
		if (!file.kernel.atLeast('5.6')) return;
		for (const site of sitesOf(file, 'get', () => true)) {
			const use = reachesFurther(site);
			if (!use) continue;
			const caution = outlasts(file, site, use) ? longTermCaution(file, site.call) : [];
			const related = [...pathOf(site, use, PATH), ...caution];
			report({ ...site.call.call.nameRange, message: message(file, site, use), related });
		}
	},
};
