import type { Release } from '../kernel/types.js';

/** What the top Makefile of a kernel says about itself. */
export interface TreeVersion {
	/** "6.12" */
	readonly release: Release;
	/** "6.12.117" or "6.13.0-rc2". */
	readonly version: string;
}

/** Reads VERSION, PATCHLEVEL, SUBLEVEL and EXTRAVERSION; undefined when this is not the top Makefile of a kernel. */
export function readMakefile(text: string): TreeVersion | undefined {
	if (!/^KERNELVERSION\s*[:?]?=/m.test(text)) return undefined;
	const value = (name: string): string | undefined =>
		new RegExp(`^${name}[ \\t]*:?=[ \\t]*(.*?)[ \\t]*$`, 'm').exec(text)?.[1]?.replace(/\r$/, '');
	// Three digits at most: U-Boot and barebox have these variables too, with a year as VERSION.
	const number = (name: string): string | undefined => {
		const digits = value(name);
		return digits !== undefined && /^\d{1,3}$/.test(digits) ? digits : undefined;
	};
	const major = number('VERSION');
	const minor = number('PATCHLEVEL');
	if (major === undefined || minor === undefined) return undefined;
	const sublevel = number('SUBLEVEL');
	const extra = value('EXTRAVERSION') ?? '';
	const tail = /^[-.\w+]*$/.test(extra) ? extra : '';
	return {
		release: `${Number(major)}.${Number(minor)}`,
		version: `${Number(major)}.${Number(minor)}${sublevel === undefined ? '' : `.${sublevel}`}${tail}`,
	};
}
