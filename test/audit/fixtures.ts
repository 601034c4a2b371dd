import { expect } from 'vitest';
import type { AuditReport } from '../../server/src/audit/report.js';
import { cli, type Outcome } from '../cli/run.js';
import { scratch } from '../support/scratch.js';

/** Plain references given to a device. */
export const CONVERT = `#include <linux/mm.h>

int grab(struct device *dev, unsigned long addr, struct page **pages)
{
	int got = get_user_pages_fast(addr, 1, FOLL_WRITE, pages);

	if (got != 1)
		return -EFAULT;
	dev->dma = dma_map_page(dev, pages[0], 0, PAGE_SIZE, DMA_FROM_DEVICE);
	dev->page = pages[0];
	return 0;
}
`;

/** Pinned, used and given back. */
export const OK = `#include <linux/mm.h>

int peek(unsigned long addr, char *to)
{
	struct page *page;
	int got = pin_user_pages_fast(addr, 1, 0, &page);

	if (got != 1)
		return -EFAULT;
	memcpy_from_page(to, page, 0, 16);
	unpin_user_page(page);
	return 0;
}
`;

/** Names nothing of the family. */
export const OTHER = 'int three(void)\n{\n\treturn 3;\n}\n';

/** What makes a folder a kernel tree. */
export const KERNEL = {
	Makefile: 'VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 3\nEXTRAVERSION =\nKERNELVERSION = $(VERSION)\n',
	Kbuild: '\n',
} as const;

/** A small kernel tree with two sites, and what an audit leaves out. */
export const TREE = {
	...KERNEL,
	'drivers/misc/grab.c': CONVERT,
	'fs/peek.c': OK,
	'lib/three.c': OTHER,
	'mm/gup.c': OK,
	'tools/testing/peek.c': OK,
	'.hidden/peek.c': OK,
	'fs/.peek.c': OK,
	'fs/peek.txt': OK,
} as const;

interface Setting {
	/** Folder of caches; default: one of this test alone. */
	readonly cache?: string;
	readonly cwd?: string;
}

/** Runs `gup-lens audit` here. The cache is that of the test. */
export async function auditOf(
	argv: readonly string[],
	{ cache = scratch(), cwd = '/' }: Setting = {},
): Promise<Outcome> {
	const before = process.env.XDG_CACHE_HOME;
	process.env.XDG_CACHE_HOME = cache;
	try {
		return await cli(['audit', ...argv], { cwd });
	} finally {
		if (before === undefined) delete process.env.XDG_CACHE_HOME;
		else process.env.XDG_CACHE_HOME = before;
	}
}

/** The report of a tree as JSON, without errors. */
export async function reportOf(
	tree: string,
	argv: readonly string[] = [],
	setting: Setting = {},
): Promise<AuditReport> {
	const { code, stdout, stderr } = await auditOf([tree, '--format', 'json', ...argv], setting);
	expect(code, stderr).toBe(0);
	return JSON.parse(stdout);
}

/** "drivers/misc/grab.c:5 convert" */
export function briefly({ sites }: AuditReport): string[] {
	return sites.map(({ path, line, verdict }) => `${path}:${line} ${verdict}`);
}

/** All but the time it took. */
export function withoutTime(report: AuditReport): AuditReport {
	return { ...report, elapsedMs: 0 };
}
