import type { FileContext } from '../analysis/context.js';
import { atFlag, removal, writtenFlags } from './flag-rule.js';
import type { Rule } from './rule.js';

const DRIVERS = new Set(['drivers', 'sound', 'net']);

/** A driver by its place: outside a tree every file is a module's, unless its folder is that of another part of the kernel. */
function isDriver({ area, kernel, text }: FileContext): boolean {
	if (DRIVERS.has(area)) return true;
	const isModule = /\bMODULE_LICENSE\b|\bmodule_(?:init|exit|\w+_driver)\b/.test(text);
	return kernel.origin === 'tree' ? area === '' && isModule : area === '' || isModule;
}

export const follForceInDriver: Rule = {
	meta: {
		id: 'foll-force-in-driver',
		title: 'FOLL_FORCE in a driver',
		severity: 'warning',
		since: '6.2',
		needles: ['FOLL_FORCE'],
		fix: 'unsafe',
		versioned: true,
	},
	check(file, report) {
		if (!file.kernel.atLeast('6.2') || !isDriver(file)) return;
		for (const written of writtenFlags(file, ['FOLL_FORCE'], () => true)) {
			report(
				atFlag(
					written,
					`{flag} overrides mapping permissions and is for ptrace-like access; drivers no longer need it since 6.2; drop it`,
					{
						fixes: removal(file, written, false),
					},
				),
			);
		}
	},
};
