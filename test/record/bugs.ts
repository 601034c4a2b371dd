/** The bugs of the record: where each pattern was seen, and what is to be said about it. */
export interface Bug {
	/** Of the two files, without `.before.c` and `.after.c`. */
	readonly name: string;
	/** File or commit of the kernel that the pattern comes from. */
	readonly from: string;
	/** What must be found before the fix; null where no rule is about it. */
	readonly rule: string | null;
	/** Why there is no rule. */
	readonly unruled?: string;
	/** Why it is not found yet. */
	readonly missed?: string;
	/** Why the fixed code is still reported. */
	readonly noise?: string;
	/** Default: the 6.12 of the other tests. */
	readonly kernel?: string;
	/** Default: a driver. */
	readonly path?: string;
}

export const bugs: readonly Bug[] = [
	{
		name: 'err-inject',
		from: 'arch/ia64/kernel/err_inject.c, until the architecture went in 6.7',
		rule: 'gup-null-pages',
		kernel: '6.1',
	},
	{
		name: 'integrity-map',
		from: 'block/bio-integrity.c, bio_integrity_map_user(), until 2026',
		rule: 'gup-short-count',
		path: 'block/example.c',
	},
	{
		name: 'memfd-export',
		from: 'drivers/dma-buf/udmabuf.c, udmabuf_pin_folios()',
		rule: 'gup-leak',
		path: 'drivers/dma-buf/example.c',
	},
	{
		name: 'chunked-region',
		from: 'drivers/infiniband/hw/usnic/usnic_uiom.c, usnic_uiom_get_pages()',
		rule: 'gup-leak',
		path: 'drivers/infiniband/hw/example/mem.c',
	},
	{
		name: 'dirty-bitmap',
		from: 'drivers/iommu/iommufd/iova_bitmap.c, iova_bitmap_put()',
		rule: 'dirty-missing',
		path: 'drivers/iommu/example.c',
	},
	{
		name: 'dirty-log',
		from: 'drivers/vfio/iova_bitmap.c, as of 6.1',
		rule: 'dirty-missing',
		path: 'drivers/vfio/example.c',
	},
	{
		name: 'dma-error-path',
		from: 'drivers/misc/bcm-vk/bcm_vk_sg.c, bcm_vk_dma_alloc()',
		rule: 'gup-free-page',
	},
	{
		name: 'published-page',
		from: 'drivers/misc/vmw_vmci/vmci_host.c, 1a726cb47fd2 in 6.3',
		rule: null,
		unruled: 'needs to know who else reads the field, and under which lock',
	},
	{
		name: 'emulated-pipe',
		from: 'drivers/platform/goldfish/goldfish_pipe.c, until 5.6',
		rule: 'dirty-unlocked',
	},
	{
		name: 'shared-memory',
		from: 'drivers/tee/tee_shm.c, register_shm_helper()',
		rule: 'gup-partial-leak',
		path: 'drivers/tee/example.c',
	},
	{
		name: 'framebuffer-write',
		from: 'drivers/video/fbdev/pvr2fb.c, pvr2fb_write()',
		rule: 'gup-negative-unsigned',
		path: 'drivers/video/fbdev/example.c',
	},
	{
		name: 'partition-copy',
		from: 'drivers/virt/fsl_hypervisor.c, ioctl_memcpy()',
		rule: 'dirty-missing',
		path: 'drivers/virt/example.c',
	},
	{
		name: 'enclave-memory',
		from: 'drivers/virt/nitro_enclaves/ne_misc_dev.c, ne_set_user_memory_region_ioctl()',
		rule: 'gup-leak',
		path: 'drivers/virt/example.c',
	},
	{
		name: 'hypercall-buffers',
		from: 'drivers/xen/privcmd.c, until 5.9',
		rule: 'dirty-missing',
		path: 'drivers/xen/example.c',
	},
	{
		name: 'cuse-direct-io',
		from: 'fs/fuse/file.c, 738adade96b2 in 6.8',
		rule: 'iov-iter-get-pages',
		path: 'fs/example/file.c',
	},
	{
		name: 'network-direct-read',
		from: 'fs/nfs/direct.c, nfs_direct_read_completion()',
		rule: 'dirty-unlocked',
		path: 'fs/example/direct.c',
	},
	{
		name: 'aio-context',
		from: 'fs/smb/client/misc.c, d08089f649a0 in 6.3',
		rule: 'dirty-unlocked',
		kernel: '6.1',
		path: 'fs/example/misc.c',
	},
	{
		name: 'registered-buffer',
		from: 'io_uring/rsrc.c, e1c75831f682 in 6.16',
		rule: 'gup-leak',
		path: 'io_uring/example.c',
	},
	{
		name: 'zero-copy-reply',
		from: 'net/9p/trans_virtio.c, p9_virtio_zc_request()',
		rule: 'dirty-missing',
		path: 'net/example/trans.c',
	},
	{
		name: 'merged-pages',
		from: 'io_uring/rsrc.c: pages merged into runs, one pin of each run released',
		rule: 'gup-leak',
		path: 'drivers/accel/example.c',
	},
	{
		name: 'repeated-pin',
		from: 'out of tree: a short pin is tried again from the start',
		rule: 'gup-partial-leak',
		path: 'drivers/media/example.c',
	},
	{
		name: 'release-of-requested',
		from: 'out of tree: the error path releases the number asked for',
		rule: 'gup-release-overrun',
	},
	{
		name: 'folio-pin-put',
		from: 'out of tree: pins of folios dropped with folio_put()',
		rule: 'pin-put-page',
		path: 'drivers/gpu/drm/example.c',
	},
	{
		name: 'kernel-or-user',
		from: 'crypto/af_alg.c: need_unpin is what makes it right there',
		rule: 'extract-unpin-unguarded',
		path: 'crypto/example.c',
	},
	{
		name: 'unlocked-ioctl',
		from: 'out of tree: pin_user_pages() of an ioctl without mmap_lock',
		rule: 'gup-mmap-lock-missing',
		path: 'drivers/media/example.c',
	},
	{
		name: 'released-by-callee',
		from: 'out of tree: caller and callee both clean up',
		rule: 'gup-double-release',
	},
	{
		name: 'dirty-in-interrupt',
		from: 'out of tree: pages dirtied and unpinned in the interrupt',
		rule: 'dirty-lock-atomic',
	},
];

/** Where a trap lies, when that is not a driver's file. */
export const trapPaths: Readonly<Record<string, string>> = {
	'own-names.c': 'drivers/gpu/drm/example.c',
	'moved-to-skb.c': 'net/example/zerocopy.c',
	'user-backed-only.c': 'fs/example/direct.c',
	'late-question.c': 'fs/example/direct.c',
};
