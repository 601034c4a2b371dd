/** Names beyond the family that modules ask for by autoconf (`HAVE_ITER_PIPE`), with the kernels that have them. */
import type { Release } from './types.js';

export interface AskedName {
	/** As in the kernel, in small letters. */
	readonly name: string;
	readonly since: Release;
	/** First release without it. */
	readonly until?: Release;
}

/** Source: include/linux/uio.h. ITER_PIPE went with commit 3fc40265ae2b, ITER_UBUF came with fcb14cb1bdac, iter_iov() with 3b2deb0e46da. */
export const ASKED_NAMES: readonly AskedName[] = [
	{ name: 'iter_pipe', since: '4.9', until: '6.5' },
	{ name: 'iter_ubuf', since: '6.0' },
	{ name: 'iter_is_ubuf', since: '6.0' },
	{ name: 'user_backed_iter', since: '6.0' },
	{ name: 'iter_iov', since: '6.4' },
];
