/**
 * Pins that a subsystem takes and releases for its drivers: memory of RDMA regions, guest memory of VFIO devices. Behaviour from
 * drivers/infiniband/core/umem.c and drivers/vfio/{vfio_main,vfio_iommu_type1,container}.c of the versions read.
 */
import { IB_UMEM_H, signatures, VFIO_H } from '../signatures.js';
import type { ApiRecord } from '../types.js';

const region = {
	group: 'helper',
	takes: 'region',
	fast: false,
	sleeps: 'always',
	site: false,
	meaning: 'page-or-err',
	releasedBy: ['ib_umem_release'],
	returns: 'The memory region, or an ERR_PTR.',
	locking: 'Takes mmap_lock itself: call without it.',
	cases: [2],
} as const;

const BY_ATTRIBUTE = '7.2 introduces it, with descriptors of buffers';

export const subsystem: readonly ApiRecord[] = [
	{
		...region,
		name: 'ib_umem_get',
		renamedTo: { name: 'ib_umem_get_va', since: '7.2' },
		summary: 'Pins user memory with FOLL_LONGTERM and maps it for an RDMA device.',
		signatures: signatures(
			IB_UMEM_H,
			[
				'4.19',
				'5.1',
				'struct ib_umem *ib_umem_get(struct ib_ucontext *context, unsigned long addr, size_t size, int access, int dmasync)',
			],
			[
				'5.1',
				'5.5',
				'struct ib_umem *ib_umem_get(struct ib_udata *udata, unsigned long addr, size_t size, int access, int dmasync)',
				'b0ea0fa5435f',
			],
			[
				'5.5',
				'5.6',
				'struct ib_umem *ib_umem_get(struct ib_udata *udata, unsigned long addr, size_t size, int access)',
				'72b894b09a96 drops dmasync',
			],
			[
				'5.6',
				'7.2',
				'struct ib_umem *ib_umem_get(struct ib_device *device, unsigned long addr, size_t size, int access)',
				'c320e527e154',
			],
		),
	},
	{
		...region,
		name: 'ib_umem_get_va',
		summary: 'Pins user memory with FOLL_LONGTERM and maps it for an RDMA device.',
		signatures: signatures(IB_UMEM_H, [
			'7.2',
			'',
			'struct ib_umem *ib_umem_get_va(struct ib_device *device, unsigned long addr, size_t size, int access)',
			'af841056860d renames ib_umem_get',
		]),
	},
	{
		...region,
		name: 'ib_umem_get_desc',
		summary: 'Pins the memory of a buffer descriptor, by address or of a dma-buf, and maps it for an RDMA device.',
		signatures: signatures(IB_UMEM_H, [
			'7.2',
			'',
			'struct ib_umem *ib_umem_get_desc(struct ib_device *device, const struct ib_uverbs_buffer_desc *desc, int access)',
			BY_ATTRIBUTE,
		]),
	},
	{
		...region,
		name: 'ib_umem_get_attr',
		summary: 'Pins the memory that an attribute of the command describes, and maps it for an RDMA device.',
		signatures: signatures(IB_UMEM_H, [
			'7.2',
			'',
			'struct ib_umem *ib_umem_get_attr(struct ib_device *device, const struct uverbs_attr_bundle *attrs, u16 attr_id, size_t size, int access)',
			BY_ATTRIBUTE,
		]),
	},
	{
		...region,
		name: 'ib_umem_get_attr_or_va',
		summary: 'Pins the memory that an attribute of the command describes, else that at an address, for an RDMA device.',
		signatures: signatures(IB_UMEM_H, [
			'7.2',
			'',
			'struct ib_umem *ib_umem_get_attr_or_va(struct ib_device *device, const struct uverbs_attr_bundle *attrs, u16 attr_id, u64 addr, size_t size, int access)',
			BY_ATTRIBUTE,
		]),
	},
	{
		...region,
		name: 'ib_umem_get_cq_buf',
		summary: 'Pins the memory that a command gives for a completion queue.',
		signatures: signatures(IB_UMEM_H, [
			'7.2',
			'',
			'struct ib_umem *ib_umem_get_cq_buf(struct ib_device *device, const struct uverbs_attr_bundle *attrs, size_t size, int access)',
			BY_ATTRIBUTE,
		]),
	},
	{
		...region,
		name: 'ib_umem_get_cq_buf_or_va',
		summary: 'Pins the memory that a command gives for a completion queue, else that at an address.',
		signatures: signatures(IB_UMEM_H, [
			'7.2',
			'',
			'struct ib_umem *ib_umem_get_cq_buf_or_va(struct ib_device *device, const struct uverbs_attr_bundle *attrs, u64 addr, size_t size, int access)',
			BY_ATTRIBUTE,
		]),
	},
	{
		name: 'ib_umem_release',
		group: 'release',
		takes: 'region',
		fast: false,
		meaning: 'void',
		releasedBy: [],
		summary:
			'Unmaps the memory of an RDMA region, unpins its pages, dirtied where they were writable, and frees the region.',
		returns: 'Nothing. NULL is ignored.',
		locking: 'Takes the folio lock when it dirties: may sleep, so not under a spinlock.',
		cases: [2],
		everyday: true,
		signatures: signatures(IB_UMEM_H, ['4.19', '', 'void ib_umem_release(struct ib_umem *umem)']),
	},
	{
		name: 'vfio_pin_pages',
		group: 'helper',
		takes: 'iova',
		fast: false,
		sleeps: 'always',
		site: false,
		meaning: 'pages',
		allOrNone: true,
		releasedBy: ['vfio_unpin_pages'],
		summary: 'Pins guest pages at an IOVA, with FOLL_LONGTERM, for a mediated device.',
		returns: 'The number asked for, or -errno with none pinned; the same IOVA and number release them.',
		locking: 'May take mmap_lock: call without it.',
		cases: [2],
		signatures: signatures(
			VFIO_H,
			[
				'4.19',
				'5.19',
				'int vfio_pin_pages(struct device *dev, unsigned long *user_pfn, int npage, int prot, unsigned long *phys_pfn)',
			],
			[
				'5.19',
				'6.0',
				'int vfio_pin_pages(struct vfio_device *device, unsigned long *user_pfn, int npage, int prot, unsigned long *phys_pfn)',
				'8e432bb015b6',
			],
			[
				'6.0',
				'',
				'int vfio_pin_pages(struct vfio_device *device, dma_addr_t iova, int npage, int prot, struct page **pages)',
				'34a255e67615',
			],
		),
	},
	{
		name: 'vfio_unpin_pages',
		group: 'release',
		takes: 'iova',
		fast: false,
		meaning: 'void',
		releasedBy: [],
		summary: 'Releases what vfio_pin_pages() pinned at an IOVA.',
		returns: 'Nothing.',
		locking: 'Process context.',
		cases: [2],
		everyday: true,
		signatures: signatures(
			VFIO_H,
			['4.19', '5.19', 'int vfio_unpin_pages(struct device *dev, unsigned long *user_pfn, int npage)'],
			['5.19', '6.0', 'int vfio_unpin_pages(struct vfio_device *device, unsigned long *user_pfn, int npage)'],
			['6.0', '', 'void vfio_unpin_pages(struct vfio_device *device, dma_addr_t iova, int npage)'],
		),
	},
];
