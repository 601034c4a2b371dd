/**
 * Constants of other families that are passed for FOLL_* flags: their bits mean something else there. Sources, read in
 * 6.1.192 and 6.12.117: include/linux/{mm,mm_types,fs,gfp_types,iommu,dma-direction,kernel}.h, include/rdma/ib_verbs.h,
 * include/uapi/asm-generic/{mman-common,fcntl}.h.
 */

interface FlagFamily {
	readonly names: RegExp;
	/** What the constants are for: "vm_flags of a mapping". */
	readonly of: string;
}

const FAMILIES: readonly FlagFamily[] = [
	{ names: /^FAULT_FLAG_[A-Z_]+$/, of: 'flags of a page fault' },
	{
		names:
			/^VM_(?:READ|WRITE|EXEC|SHARED|MAYREAD|MAYWRITE|MAYEXEC|MAYSHARE|GROWSDOWN|GROWSUP|PFNMAP|LOCKED|LOCKONFAULT|IO|SEQ_READ|RAND_READ|DONTCOPY|DONTEXPAND|DONTDUMP|ACCOUNT|NORESERVE|HUGETLB|SYNC|WIPEONFORK|SOFTDIRTY|MIXEDMAP|HUGEPAGE|NOHUGEPAGE|MERGEABLE)$/,
		of: 'vm_flags of a mapping',
	},
	{ names: /^PROT_(?:READ|WRITE|EXEC|SEM|GROWSDOWN|GROWSUP)$/, of: 'protections of mmap()' },
	{ names: /^MAP_(?:SHARED|PRIVATE|FIXED|ANONYMOUS|POPULATE|LOCKED|NORESERVE)$/, of: 'flags of mmap()' },
	{ names: /^FMODE_(?:READ|WRITE|EXEC|LSEEK|PREAD|PWRITE|CAN_READ|CAN_WRITE)$/, of: 'modes of an open file' },
	{ names: /^O_(?:WRONLY|RDWR|ACCMODE|DIRECT|SYNC|DSYNC|APPEND)$/, of: 'flags of open()' },
	{
		names:
			/^(?:__GFP_[A-Z0-9_]+|GFP_(?:ATOMIC|KERNEL|KERNEL_ACCOUNT|NOWAIT|NOIO|NOFS|USER|DMA|DMA32|HIGHUSER|HIGHUSER_MOVABLE|TRANSHUGE|TRANSHUGE_LIGHT))$/,
		of: 'flags of the allocator',
	},
	{ names: /^IOMMU_(?:READ|WRITE|CACHE|NOEXEC|MMIO|PRIV)$/, of: 'protections of an IOMMU mapping' },
	{ names: /^IB_ACCESS_[A-Z_]+$/, of: 'access flags of RDMA' },
	{ names: /^DMA_(?:BIDIRECTIONAL|TO_DEVICE|FROM_DEVICE)$/, of: 'directions of DMA' },
];

/** What a constant of another family than FOLL_* is for; undefined for all other names. */
export function flagFamilyOf(name: string): string | undefined {
	return FAMILIES.find(({ names }) => names.test(name))?.of;
}
