/**
 * Constants of other families that are passed for FOLL_* flags: their bits mean something else there. Sources, read in
 * 6.1.192 and 6.12.117: include/linux/{mm,mm_types,fs,gfp_types,iommu,dma-direction,kernel}.h, include/rdma/ib_verbs.h,
 * include/uapi/asm-generic/{mman-common,fcntl}.h.
 */

interface FlagFamily {
	readonly names: RegExp;
	/** What the constants are for: "page fault flags". */
	readonly of: string;
}

const FAMILIES: readonly FlagFamily[] = [
	{ names: /^FAULT_FLAG_[A-Z_]+$/, of: 'page fault flags' },
	{
		names:
			/^VM_(?:READ|WRITE|EXEC|SHARED|MAYREAD|MAYWRITE|MAYEXEC|MAYSHARE|GROWSDOWN|GROWSUP|PFNMAP|LOCKED|LOCKONFAULT|IO|SEQ_READ|RAND_READ|DONTCOPY|DONTEXPAND|DONTDUMP|ACCOUNT|NORESERVE|HUGETLB|SYNC|WIPEONFORK|SOFTDIRTY|MIXEDMAP|HUGEPAGE|NOHUGEPAGE|MERGEABLE)$/,
		of: 'vm_flags',
	},
	{ names: /^PROT_(?:READ|WRITE|EXEC|SEM|GROWSDOWN|GROWSUP)$/, of: 'mmap() protections' },
	{ names: /^MAP_(?:SHARED|PRIVATE|FIXED|ANONYMOUS|POPULATE|LOCKED|NORESERVE)$/, of: 'mmap() flags' },
	{ names: /^FMODE_(?:READ|WRITE|EXEC|LSEEK|PREAD|PWRITE|CAN_READ|CAN_WRITE)$/, of: 'file modes' },
	{ names: /^O_(?:WRONLY|RDWR|ACCMODE|DIRECT|SYNC|DSYNC|APPEND)$/, of: 'open() flags' },
	{
		names:
			/^(?:__GFP_[A-Z0-9_]+|GFP_(?:ATOMIC|KERNEL|KERNEL_ACCOUNT|NOWAIT|NOIO|NOFS|USER|DMA|DMA32|HIGHUSER|HIGHUSER_MOVABLE|TRANSHUGE|TRANSHUGE_LIGHT))$/,
		of: 'GFP flags',
	},
	{ names: /^IOMMU_(?:READ|WRITE|CACHE|NOEXEC|MMIO|PRIV)$/, of: 'IOMMU protections' },
	{ names: /^IB_ACCESS_[A-Z_]+$/, of: 'RDMA access flags' },
	{ names: /^DMA_(?:BIDIRECTIONAL|TO_DEVICE|FROM_DEVICE)$/, of: 'DMA directions' },
];

/** What a constant of another family than FOLL_* is for; undefined for all other names. */
export function flagFamilyOf(name: string): string | undefined {
	return FAMILIES.find(({ names }) => names.test(name))?.of;
}
