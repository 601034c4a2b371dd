/** The sites of a fixture, for the tests of the verdicts. */
import type { Audit, Neighbour, Site } from '../../server/src/engine.js';
import { kernelFor } from '../../server/src/kernel/index.js';
import { engine } from '../syntax/engine.js';

export interface Where {
	readonly path?: string;
	/** "6.12" */
	readonly version?: string;
	readonly knownUsers?: boolean;
	readonly neighbours?: readonly Neighbour[];
}

export function audit(
	text: string,
	{ path = 'drivers/misc/example.c', version = '6.12', ...others }: Where = {},
): Audit {
	return engine.audit(text, { path, kernel: kernelFor(version), fixes: false, ...others });
}

/** The only site of a fixture. */
export function site(text: string, where: Where = {}): Site {
	const { sites } = audit(text, where);
	const [only] = sites;
	if (!only || sites.length > 1) throw new Error(`${sites.length} sites, one wanted`);
	return only;
}

/** "convert pin_user_pages", "keep transient", "ok". */
export function verdict(text: string, where: Where = {}): string {
	const { verdict: word, target, reason } = site(text, where);
	return [word, target ?? reason].filter(Boolean).join(' ');
}

/** A function that takes one page into `page` with FOLL_WRITE and does `body` with it. */
export function withPage(body: string, before = '', params = 'struct ctx *ctx'): string {
	return `${before}
static int step(unsigned long addr, ${params})
{
	struct page *page;
	int ret = 0;

	if (get_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	${body}
	return ret;
}
`;
}

/** A function that takes the pages of an iterator and does `body` with them. */
export function withIterator(body: string, before = ''): string {
	return `${before}
static ssize_t step(struct ctx *ctx, struct iov_iter *iter, struct sk_buff *skb)
{
	struct page *pages[16];
	size_t offset;
	ssize_t len;
	int i;

	len = iov_iter_get_pages2(iter, pages, SZ_64K, 16, &offset);
	if (len <= 0)
		return len;
	${body}
	return len;
}
`;
}
