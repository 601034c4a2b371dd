import { describe, expect, it } from 'vitest';
import { kernelTree, type TreeName } from '../../scripts/trees.js';
import { corpus, engine, named } from './corpus.js';

/** Every finding in a tree, as "path function severity rule"; iov_iter sites also with their tags. */
async function findings(tree: TreeName): Promise<string[]> {
	const { files, kernel } = await corpus(tree);
	return files.flatMap(({ path, text }) =>
		engine
			.analyse(text, { path, kernel, fixes: false })
			.findings.map((f) => [path, f.function, f.severity, f.rule, ...f.tags].join(' ')),
	);
}

/**
 * Read one by one in the source: all are true. The iov_iter sites follow the verdicts of the upstream thread and, where
 * it is silent, the direction of the data: ublk copies into the buffer of the server, vhost-scsi gives the pages to a
 * device, TLS decrypts into the pages of the receiver; the ceph messenger's iterator is kernel-backed, sk_msg only reads.
 */
const EXPECTED: Readonly<Record<TreeName, readonly string[]>> = {
	'6.12': [
		'drivers/block/ublk_drv.c ublk_copy_user_pages warning iov-iter-get-pages deprecated',
		'drivers/misc/bcm-vk/bcm_vk_sg.c bcm_vk_dma_alloc warning foll-flags-not-flags',
		'drivers/misc/bcm-vk/bcm_vk_sg.c bcm_vk_dma_alloc error gup-free-page',
		'drivers/misc/bcm-vk/bcm_vk_sg.c bcm_vk_dma_alloc error gup-free-page',
		'drivers/staging/vc04_services/interface/vchiq_arm/vchiq_arm.c create_pagelist warning foll-flags-not-flags',
		'drivers/vhost/scsi.c vhost_scsi_map_to_sgl warning iov-iter-get-pages deprecated',
		'drivers/video/fbdev/pvr2fb.c pvr2fb_write error gup-negative-unsigned',
		'drivers/virt/nitro_enclaves/ne_misc_dev.c ne_set_user_memory_region_ioctl hint foll-get-redundant unnecessary',
		'fs/ceph/addr.c ceph_netfs_issue_read information iov-iter-get-pages',
		'fs/ceph/file.c __iter_get_bvecs warning iov-iter-get-pages deprecated',
		'fs/fuse/dev.c fuse_copy_fill warning iov-iter-get-pages deprecated',
		'fs/nfs/direct.c nfs_direct_read_schedule_iovec warning iov-iter-get-pages deprecated',
		'fs/nfs/direct.c nfs_direct_write_schedule_iovec warning iov-iter-get-pages deprecated',
		'fs/splice.c iter_to_pipe information iov-iter-get-pages',
		'net/9p/trans_virtio.c p9_get_mapped_pages warning iov-iter-get-pages deprecated',
		'net/ceph/messenger.c ceph_msg_data_iter_next information iov-iter-get-pages',
		'net/core/datagram.c zerocopy_fill_skb_from_iter information iov-iter-get-pages',
		'net/core/skmsg.c sk_msg_zerocopy_from_iter information iov-iter-get-pages',
		'net/rds/message.c rds_message_zcopy_from_user information iov-iter-get-pages',
		'net/tls/tls_sw.c tls_setup_from_iter warning iov-iter-get-pages deprecated',
	],
	'6.1': [
		'arch/ia64/kernel/err_inject.c store_virtual_to_phys error gup-null-pages',
		'block/bio.c __bio_iov_iter_get_pages information iov-iter-get-pages',
		'block/blk-map.c bio_map_user_iov information iov-iter-get-pages',
		'block/blk-map.c bio_map_user_iov information iov-iter-get-pages',
		'crypto/af_alg.c af_alg_make_sg information iov-iter-get-pages',
		'drivers/misc/bcm-vk/bcm_vk_sg.c bcm_vk_dma_alloc warning foll-flags-not-flags',
		'drivers/misc/bcm-vk/bcm_vk_sg.c bcm_vk_dma_alloc error gup-free-page',
		'drivers/misc/bcm-vk/bcm_vk_sg.c bcm_vk_dma_alloc error gup-free-page',
		'drivers/staging/media/atomisp/pci/hmm/hmm_bo.c alloc_user_pages warning foll-flags-not-flags',
		'drivers/staging/vc04_services/interface/vchiq_arm/vchiq_arm.c create_pagelist warning foll-flags-not-flags',
		'drivers/vhost/scsi.c vhost_scsi_map_to_sgl information iov-iter-get-pages',
		'drivers/video/fbdev/pvr2fb.c pvr2fb_write error gup-negative-unsigned',
		'drivers/virt/nitro_enclaves/ne_misc_dev.c ne_set_user_memory_region_ioctl hint foll-get-redundant unnecessary',
		'fs/ceph/addr.c ceph_netfs_issue_read information iov-iter-get-pages',
		'fs/ceph/file.c __iter_get_bvecs information iov-iter-get-pages',
		'fs/direct-io.c dio_refill_pages information iov-iter-get-pages',
		'fs/fuse/dev.c fuse_copy_fill information iov-iter-get-pages',
		'fs/fuse/file.c fuse_get_user_pages information iov-iter-get-pages',
		'fs/nfs/direct.c nfs_direct_read_schedule_iovec information iov-iter-get-pages',
		'fs/nfs/direct.c nfs_direct_write_schedule_iovec information iov-iter-get-pages',
		'fs/smb/client/file.c cifs_write_from_iter information iov-iter-get-pages',
		'fs/smb/client/file.c cifs_send_async_read information iov-iter-get-pages',
		'fs/smb/client/misc.c setup_aio_ctx_iter information iov-iter-get-pages',
		'fs/splice.c iter_to_pipe information iov-iter-get-pages',
		'net/9p/trans_virtio.c p9_get_mapped_pages information iov-iter-get-pages',
		'net/core/datagram.c __zerocopy_sg_from_iter information iov-iter-get-pages',
		'net/core/skmsg.c sk_msg_zerocopy_from_iter information iov-iter-get-pages',
		'net/rds/message.c rds_message_zcopy_from_user information iov-iter-get-pages',
		'net/tls/tls_sw.c tls_setup_from_iter information iov-iter-get-pages',
	],
};

describe.each(['6.12', '6.1'] as const)('the findings in %s', (tree) => {
	it.skipIf(!kernelTree(tree))(named('are those that were read and judged, and no other', tree), async () => {
		expect(await findings(tree)).toEqual(EXPECTED[tree]);
	});
});
