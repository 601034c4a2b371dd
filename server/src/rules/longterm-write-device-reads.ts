import type { ApiCall } from '../analysis/context.js';
import type { Use } from '../analysis/derived-values/index.js';
import { originsOf } from '../analysis/flag-value.js';
import { pathOf, type Site, sitesOf } from './page-use.js';
import type { Rule } from './rule.js';

/** Both flags on every path. */
function longWriter({ flags }: ApiCall): boolean {
	return flags?.every((value) => value.bits.has('FOLL_WRITE') && value.bits.has('FOLL_LONGTERM')) ?? false;
}

/** Every mapping of the pages is one a device reads by, and nobody else gets at them. */
function reading({ uses: { uses, complete } }: Site): Use | undefined {
	const devices = uses.filter((use) => use.kind === 'device');
	const others = uses.some((use) => use.kind === 'write' || use.kind === 'kept' || use.kind === 'returned');
	return complete && !others && devices.every((use) => use.direction === 'to-device') ? devices[0] : undefined;
}

export const longtermWriteDeviceReads: Rule = {
	meta: {
		id: 'longterm-write-device-reads',
		title: 'FOLL_WRITE for a device that only reads',
		severity: 'information',
		since: '6.2',
		needles: ['FOLL_LONGTERM'],
		fix: 'none',
		versioned: true,
	},
	check(file, report) {
		if (!file.kernel.atLeast('6.2')) return;
		for (const site of sitesOf(file, 'pin', longWriter)) {
			const use = reading(site);
			if (!use) continue;
			const { call, flags } = site.call;
			const origin = flags && originsOf(flags, 'FOLL_WRITE')[0];
			report({
				start: (origin ?? call.nameRange).start,
				end: (origin ?? call.nameRange).end,
				message: `${site.name}: FOLL_WRITE, but the device only reads them (DMA_TO_DEVICE), so pinning needlessly fails on read-only and file mappings; drop it`,
				related: [{ ...call.nameRange, message: `${site.name}: pinned here` }, ...pathOf(site, use, ['device'])],
			});
		}
	},
};
