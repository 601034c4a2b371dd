/** The kinds of code that may keep plain references, for hovers and reports. */
import type { KeepReason } from './types.js';

interface Exception {
	readonly reason: KeepReason | 'owner-puts' | 'kernel-iterator';
	readonly title: string;
	/** One or two sentences. */
	readonly text: string;
	/** Pin case of the kernel documentation, where it is one. */
	readonly pinCase?: number;
	/** Who else is of this kind, by path. */
	readonly examples: readonly string[];
}

export const EXCEPTIONS: readonly Exception[] = [
	{
		reason: 'mmu-notifier',
		title: 'synchronised by an MMU notifier',
		text: 'The user of the pages stops using them from its invalidate callback, so it follows the page tables instead of holding the pages in place.',
		pinCase: 3,
		examples: [
			'virt/kvm/kvm_main.c',
			'drivers/gpu/drm/radeon/radeon_mn.c',
			'drivers/misc/sgi-gru/grutlbpurge.c',
			'drivers/infiniband/core/umem_odp.c',
		],
	},
	{
		reason: 'transient',
		title: 'transient access by core code',
		text: 'One page at a time, accessed by the CPU and released before the function returns.',
		examples: ['mm/memory.c', 'fs/coredump.c', 'kernel/events/uprobes.c'],
	},
	{
		reason: 'struct-page-only',
		title: 'only the struct page is used',
		text: 'Only node, mapping or pfn are read, never the contents of the page.',
		pinCase: 4,
		examples: ['kernel/futex/core.c', 'mm/mempolicy.c'],
	},
	{
		reason: 'core-mm',
		title: 'core mm',
		text: 'Code that changes the page tables itself, or implements the API.',
		examples: ['mm/gup.c', 'mm/rmap.c', 'fs/exec.c', 'lib/iov_iter.c'],
	},
	{
		reason: 'owner-puts',
		title: 'ownership transferred',
		text: 'Pipe buffers, skb fragments and message scatterlists put their pages in generic code: that code must support pins first, a local change does not fix anything.',
		examples: ['fs/splice.c', 'net/core/datagram.c', 'net/core/skmsg.c', 'net/rds/message.c'],
	},
	{
		reason: 'kernel-iterator',
		title: 'the iterator is kernel-backed',
		text: 'BVEC, KVEC, XARRAY and FOLIOQ iterators hold kernel pages: extraction takes no reference, so the conversion must drop the matching put.',
		examples: ['fs/ceph/addr.c'],
	},
];

export function exception(reason: Exception['reason']): Exception | undefined {
	return EXCEPTIONS.find((entry) => entry.reason === reason);
}
