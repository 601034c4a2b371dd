/**
 * Curated judgements on users of the family: which file or function must pin, which may keep plain references, and
 * why. A row names no line; rows with functions come before the row of their whole file or folder.
 */
import type { KnownUser } from './types.js';

/** The thread that listed the users left; its message ids carry the arguments quoted below in our own words. */
const THREAD = {
	source: 'linux-fsdevel, "getting rid of the last memory modifitions through gup(FOLL_GET)", September 2023',
	url: 'https://lore.kernel.org/all/20230905141604.GA27370@lst.de/',
} as const;

const CASES = {
	source: 'Documentation/core-api/pin_user_pages.rst',
	url: 'https://docs.kernel.org/core-api/pin_user_pages.html',
} as const;

const KVM_WHY =
	'KVM fills second-level page tables and drops the mapping from its MMU notifier when the process page table changes, so no pin is needed to stay coherent. A pin would also unshare KSM pages under the guest.';

const EXTRACT = 'iov_iter_extract_pages';

/** Direct I/O and what was converted since; the row holds for the trees that still have the old call. */
const directIo: readonly KnownUser[] = [
	{
		path: 'fs/ceph/file.c',
		verdict: 'convert',
		target: EXTRACT,
		why: 'ceph direct I/O reads into user buffers, or writes from them, while the OSD request runs: CASE 1 (direct I/O), listed on linux-fsdevel in 2023 as must convert.',
		...THREAD,
	},
	{
		path: 'fs/ceph/addr.c',
		functions: ['ceph_netfs_issue_read'],
		verdict: 'benefit',
		target: EXTRACT,
		why: 'The iterator covers page cache folios, not user pages: extraction takes no reference, so the conversion must drop the put in ceph_put_page_vector.',
		source: 'fs/ceph/addr.c, read in 6.1.192 and 6.12.117',
	},
	{
		path: 'net/ceph/messenger.c',
		verdict: 'benefit',
		target: EXTRACT,
		why: 'The cursor walks one page at a time and puts it before the data arrives; it relies on the owner of the iterator, so the conversion belongs there.',
		source: 'net/ceph/messenger.c, read in 6.12.117',
	},
	{
		path: 'fs/nfs/direct.c',
		verdict: 'convert',
		target: EXTRACT,
		why: 'NFS direct I/O reads into user buffers, or writes from them, while the RPC runs: CASE 1 (direct I/O), listed on linux-fsdevel in 2023 as must convert. The nfs_page takes a second reference, which must become a second pin.',
		...THREAD,
	},
	{
		path: 'fs/fuse/dev.c',
		verdict: 'convert',
		target: EXTRACT,
		why: 'The CPU copies into the user pages of /dev/fuse readers (CASE 5: CPU writes the data); fuse was listed on linux-fsdevel in 2023 as must convert.',
		...THREAD,
	},
	{
		path: 'fs/fuse/file.c',
		functions: ['fuse_get_user_pages'],
		verdict: 'convert',
		target: EXTRACT,
		why: 'fuse direct I/O: CASE 1 (direct I/O), named on linux-fsdevel in 2023; upstream pins since 6.8 (738adade96b2).',
		...THREAD,
	},
	{
		path: 'net/9p/trans_virtio.c',
		verdict: 'convert',
		target: EXTRACT,
		why: 'The virtio device of the host reads and writes the user pages of zero-copy requests: CASE 1 (direct I/O), the only user in net that must pin according to the 2023 discussion on linux-fsdevel.',
		...THREAD,
	},
	{
		path: 'net/tls/tls_sw.c',
		functions: ['tls_setup_from_iter'],
		verdict: 'convert',
		target: EXTRACT,
		why: 'The receive path decrypts straight into these user pages, by CPU or crypto engine: they are written. The 2023 discussion assumed that all of net except 9p only reads.',
		source: 'net/tls/tls_sw.c, read in 6.1.192 and 6.12.117 (tls_decrypt_sg is the only caller)',
	},
];

/** The references move to an owner whose only release is put_page: nothing to fix in the function itself. */
const movedAway: readonly KnownUser[] = [
	{
		path: 'fs/splice.c',
		functions: ['iter_to_pipe'],
		verdict: 'benefit',
		target: EXTRACT,
		why: 'vmsplice only reads the pages, but they stay in the pipe without a bound, and pipe buffers are put by generic code. It should use FOLL_PIN|FOLL_LONGTERM, which pipe buffers do not support yet.',
		...THREAD,
	},
	{
		path: 'net/core/datagram.c',
		verdict: 'benefit',
		target: EXTRACT,
		why: 'MSG_ZEROCOPY sends only read the pages; they become skb fragments, which skb_frag_unref puts. The conversion needs fragments that know they are pinned.',
		...THREAD,
	},
	{
		path: 'net/core/skmsg.c',
		verdict: 'benefit',
		target: EXTRACT,
		why: 'Zero-copy sends only read the pages; they become entries of an sk_msg, which sk_msg_free puts.',
		...THREAD,
	},
	{
		path: 'net/rds/message.c',
		verdict: 'benefit',
		target: EXTRACT,
		why: 'RDS zero-copy sends only read the pages; they sit in the scatterlist of the message, which rds_message_purge puts.',
		...THREAD,
	},
];

/** Who may keep plain references. */
const keepers: readonly KnownUser[] = [
	// not guest_memfd.c: kvm_gmem_populate() copies from pages that no notifier tells of
	{ path: 'virt/kvm/kvm_main.c', verdict: 'keep', reason: 'mmu-notifier', why: KVM_WHY, ...THREAD },
	{ path: 'virt/kvm/async_pf.c', verdict: 'keep', reason: 'mmu-notifier', why: KVM_WHY, ...THREAD },
	{
		path: 'mm/memory.c',
		functions: ['__access_remote_vm', '__copy_remote_vm_str'],
		verdict: 'keep',
		reason: 'transient',
		why: 'ptrace-like access: one page at a time, copied by the CPU under mmap_lock, the reference dropped immediately. The 2023 discussion on linux-fsdevel sees no need to convert it, except for a narrow race with writeback on file mappings.',
		...THREAD,
	},
	{
		path: 'drivers/android/binder_alloc.c',
		functions: ['binder_page_lookup'],
		verdict: 'keep',
		reason: 'struct-page-only',
		why: 'The driver looks for the page that it inserted into this mapping itself, because another thread was first, and only needs to identify it.',
		source: 'drivers/android/binder_alloc.c, read in 7.3.4',
	},
	{
		path: 'drivers/gpu/drm/radeon/radeon_ttm.c',
		functions: ['radeon_ttm_tt_pin_userptr'],
		verdict: 'keep',
		reason: 'mmu-notifier',
		why: 'radeon_mn.c registers an MMU notifier for userptr objects and unbinds them from its invalidate callback.',
		...CASES,
	},
];

export const KNOWN_USERS: readonly KnownUser[] = [...directIo, ...movedAway, ...keepers];

/** `known` is a path from the tree root: it matches that path, or a longer one that ends with it at a "/". */
function liesIn(path: string, known: string): boolean {
	const rooted = `/${path.replace(/^\/+/, '')}`;
	return known.endsWith('/') ? rooted.includes(`/${known}`) : rooted.endsWith(`/${known}`);
}

/**
 * The judgement on a function of a file: a row that names the function, else a row for its whole file or folder.
 * @param path relative to the tree root, or absolute, with "/"
 * @param fn name of the function; undefined outside any
 */
export function knownUser(path: string, fn: string | undefined): KnownUser | undefined {
	const rows = KNOWN_USERS.filter((row) => liesIn(path, row.path));
	return (
		rows.find((row) => fn !== undefined && row.functions?.includes(fn)) ??
		rows.find((row) => row.functions === undefined)
	);
}
