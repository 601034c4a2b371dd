/** Functions that let a device, a hypervisor or the block layer reach the pages they are given. */

import { perName } from '../per-name.js';
import { byName, type Source } from './table.js';

export type Direction = 'to-device' | 'from-device' | 'both' | 'unknown';

/** How long a device reaches pages beyond its I/O: until a mapping is taken away, or for as long as they are held. */
export type Lasting = 'mapped' | 'held';

export interface DeviceCall {
	/** Position of the page, address or list that the device gets. */
	readonly arg: number;
	/** Position of a second list, which it writes. */
	readonly into?: number;
	/** Position of the enum dma_data_direction or dma_transfer_direction, or the direction the function always has. */
	readonly direction?: number | Direction;
	/** Positions of the numbers of lists that the device reads and writes. */
	readonly counts?: { readonly read: number; readonly written: number };
	/** Beyond any I/O: IOMMU and grant tables. */
	readonly lasting?: Lasting;
	/** What it does with the pages, in words: "maps them for DMA". */
	readonly does: string;
}

const DMA = 'maps them for DMA';

const dma: Source<DeviceCall> = {
	source: 'include/linux/dma-mapping.h, read in 6.1.192 and 6.12.117; pci_map_* until 5.18 (7968778914e5)',
	calls: {
		'dma_map_page dma_map_page_attrs pci_map_page': { arg: 1, direction: 4, does: DMA },
		'dma_map_single dma_map_single_attrs dma_map_sg dma_map_sg_attrs dma_map_resource dma_map_phys': {
			arg: 1,
			direction: 3,
			does: DMA,
		},
		'pci_map_single pci_map_sg': { arg: 1, direction: 3, does: DMA },
		'dma_map_sgtable dma_map_bvec': { arg: 1, direction: 2, does: DMA },
		virtqueue_dma_map_single_attrs: { arg: 1, direction: 3, does: DMA },
	},
};

const rdma: Source<DeviceCall> = {
	source: 'include/rdma/ib_verbs.h, read in 6.12.117',
	calls: {
		ib_dma_map_page: { arg: 1, direction: 4, does: DMA },
		'ib_dma_map_single ib_dma_map_sg ib_dma_map_sg_attrs': { arg: 1, direction: 3, does: DMA },
		ib_dma_map_sgtable_attrs: { arg: 1, direction: 2, does: DMA },
	},
};

const engines: Source<DeviceCall> = {
	source: 'include/linux/{dmaengine,usb}.h, include/crypto/{skcipher,aead,hash,akcipher,acompress}.h, read in 6.12.117',
	calls: {
		'dmaengine_prep_slave_sg dmaengine_prep_rio_sg': { arg: 1, direction: 3, does: 'passes them to a DMA engine' },
		rio_dma_prep_xfer: { arg: 1, does: 'passes them to a DMA engine' },
		usb_sg_init: { arg: 4, does: 'passes them to a USB device' },
		'skcipher_request_set_crypt aead_request_set_crypt akcipher_request_set_crypt acomp_request_set_params': {
			arg: 1,
			into: 2,
			does: 'passes them to a crypto engine',
		},
		ahash_request_set_crypt: { arg: 1, does: 'passes them to a crypto engine' },
	},
};

const iommu: Source<DeviceCall> = {
	source: 'include/linux/iommu.h, arch/powerpc/include/asm/iommu.h, read in 6.1.192 and 6.12.117',
	calls: {
		'iommu_map iommu_map_atomic iommu_map_sg iommu_map_sg_atomic iommu_map_sgtable': {
			arg: 2,
			lasting: 'mapped',
			does: 'maps them through an IOMMU',
		},
		'iommu_tce_xchg iommu_tce_xchg_no_kill': {
			arg: 3,
			lasting: 'mapped',
			does: 'maps them through an IOMMU',
		},
	},
};

const virtual: Source<DeviceCall> = {
	source: 'include/linux/{virtio,hyperv}.h, include/xen/grant_table.h, read in 6.1.192 and 6.12.117',
	calls: {
		virtqueue_add_outbuf: { arg: 1, direction: 'to-device', does: 'passes them to a virtio device' },
		'virtqueue_add_inbuf virtqueue_add_inbuf_ctx': {
			arg: 1,
			direction: 'from-device',
			does: 'passes them to a virtio device',
		},
		virtqueue_add_sgs: { arg: 1, counts: { read: 2, written: 3 }, does: 'passes them to a virtio device' },
		vmbus_establish_gpadl: { arg: 1, lasting: 'mapped', does: 'passes them to the hypervisor' },
		gnttab_grant_foreign_access: { arg: 1, lasting: 'mapped', does: 'grants them to another Xen domain' },
		gnttab_grant_foreign_access_ref: { arg: 2, lasting: 'mapped', does: 'grants them to another Xen domain' },
	},
};

const block: Source<DeviceCall> = {
	source: 'include/linux/{bio,blk-mq}.h, read in 6.1.192 and 6.12.117',
	calls: {
		'bio_add_page __bio_add_page bio_add_folio bio_add_folio_nofail bio_add_zone_append_page': {
			arg: 1,
			does: 'passes them to a block device',
		},
		'bio_add_pc_page bio_add_hw_page': { arg: 2, does: 'passes them to a block device' },
		'submit_bio submit_bio_wait submit_bio_noacct bio_await_chain': { arg: 0, does: 'passes them to a block device' },
		'blk_rq_append_bio iomap_dio_submit_bio': { arg: 1, does: 'passes them to a block device' },
	},
};

/** Registers of a device: an address written there is one the device will use. */
const registers: Source<DeviceCall> = {
	source: 'include/asm-generic/io.h, include/linux/regmap.h, arch/sh/include/asm/dma.h, read in 6.12.117',
	calls: {
		'writel writeq writel_relaxed writeq_relaxed __raw_writel __raw_writeq iowrite32 iowrite32be iowrite64 outl lo_hi_writeq hi_lo_writeq':
			{ arg: 0, does: 'writes their address to a device register' },
		regmap_write: { arg: 2, does: 'writes their address to a device register' },
		'dma_write dma_write_page': { arg: 1, direction: 'to-device', does: 'passes them to a DMA engine' },
	},
};

const CALLS = byName([dma, rdma, engines, iommu, virtual, block, registers]);

/**
 * Hypercalls and firmware calls: a physical address among the arguments is one the other side will use.
 * Read in 6.12.117: arch/powerpc/include/asm/{fsl_hcalls,hvcall}.h, drivers/virt/acrn/hypercall.h,
 * include/asm-generic/mshyperv.h, arch/x86/include/asm/xen/hypercall.h, drivers/gpu/drm/vmwgfx/vmwgfx_msg.c.
 */
const HYPERCALL =
	/^(?:fh_|hcall_|HYPERVISOR_|hypervisor_|hv_do_(?:rep_|fast_)?hypercall|plpar_|kvm_hypercall|acrn_hypercall|arm_smccc_|hvc_|ghcb_)/;

/** Tables of an IOMMU, GPU or image processor: isp_mmu_map, radeon_gart_bind, tegra_smmu_map. */
const TABLE = /(?:^|_)(?:s?mmu|iommu|gart|gtt|ggtt|ppgtt|gmmu)_(?:map|bind|insert)(?:_|$)/;

/** What a function does that lets a device reach one of its arguments; undefined when it is not known to. */
export function deviceCall(name: string): DeviceCall | undefined {
	return CALLS.get(name);
}

/** Who gets at a physical address that is among the arguments of this function; undefined when that is not known. */
export const addressTaker = perName((name): { readonly does: string; readonly lasting: Lasting } | undefined => {
	if (HYPERCALL.test(name)) return { does: 'passes them to the hypervisor', lasting: 'held' };
	return TABLE.test(name) ? { does: 'maps them for a device', lasting: 'mapped' } : undefined;
});

/** Conversions to the byte order of a device: an address that is converted goes into a descriptor. */
export const toDeviceOrder = perName((name): boolean =>
	/^(?:cpu_to_[lb]e(?:32|64)p?|hton[ls]|put_unaligned_[lb]e(?:32|64))$/.test(name),
);

/** The value of a constant enum dma_data_direction or dma_transfer_direction; undefined for any other word. */
export function directionOf(constant: string): Direction | undefined {
	return DIRECTIONS.get(constant);
}

const DIRECTIONS: ReadonlyMap<string, Direction> = new Map([
	['DMA_TO_DEVICE', 'to-device'],
	['PCI_DMA_TODEVICE', 'to-device'],
	['DMA_FROM_DEVICE', 'from-device'],
	['PCI_DMA_FROMDEVICE', 'from-device'],
	['DMA_BIDIRECTIONAL', 'both'],
	['DMA_MEM_TO_DEV', 'to-device'],
	['DMA_DEV_TO_MEM', 'from-device'],
	['PCI_DMA_BIDIRECTIONAL', 'both'],
]);
