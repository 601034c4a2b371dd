import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TREE_NAMES } from '../../scripts/trees.js';
import { EXCEPTIONS } from '../../server/src/kernel/exceptions.js';
import { KNOWN_USERS, knownUser } from '../../server/src/kernel/known-users.js';
import { words } from '../../server/src/kernel/words.js';
import { needTree, read, tree } from '../kernel/trees.js';

it.each([
	['virt/kvm/kvm_main.c', 'hva_to_pfn_slow', 'keep', 'mmu-notifier'],
	['virt/kvm/async_pf.c', undefined, 'keep', 'mmu-notifier'],
	['mm/memory.c', '__access_remote_vm', 'keep', 'transient'],
	['fs/nfs/direct.c', 'nfs_direct_read_schedule_iovec', 'convert', undefined],
	['fs/ceph/file.c', '__iter_get_bvecs', 'convert', undefined],
	['fs/ceph/addr.c', 'ceph_netfs_issue_read', 'benefit', undefined],
	['fs/fuse/dev.c', 'fuse_copy_fill', 'convert', undefined],
	['fs/splice.c', 'iter_to_pipe', 'benefit', undefined],
	['net/9p/trans_virtio.c', 'p9_get_mapped_pages', 'convert', undefined],
	['net/core/datagram.c', 'zerocopy_fill_skb_from_iter', 'benefit', undefined],
	['net/core/skmsg.c', 'sk_msg_zerocopy_from_iter', 'benefit', undefined],
	['net/rds/message.c', 'rds_message_zcopy_from_user', 'benefit', undefined],
	['net/tls/tls_sw.c', 'tls_setup_from_iter', 'convert', undefined],
	['drivers/gpu/drm/radeon/radeon_ttm.c', 'radeon_ttm_tt_pin_userptr', 'keep', 'mmu-notifier'],
	['/home/me/linux/virt/kvm/kvm_main.c', 'hva_to_pfn_slow', 'keep', 'mmu-notifier'],
	['file:///src/linux-6.12/mm/memory.c', '__access_remote_vm', 'keep', 'transient'],
])('%s %s: %s', (path, fn, verdict, reason) => {
	expect(knownUser(path, fn)?.verdict).toBe(verdict);
	expect(knownUser(path, fn)?.reason).toBe(reason);
});

it.each([
	['mm/memory.c', 'do_swap_page'],
	['mm/memory.c', undefined],
	['xmm/memory.c', '__access_remote_vm'],
	['drivers/virt/kvm_main.c', 'hva_to_pfn_slow'],
	['virt/kvm/guest_memfd.c', 'kvm_gmem_populate'],
	['myvirt/kvm/kvm_main.c', 'hva_to_pfn_slow'],
	['arch/powerpc/kvm/book3s_64_mmu_hv.c', 'kvmppc_pin_guest_page'],
	['fs/splice.c', 'splice_direct_to_actor'],
	['fs/nfs/direct.c.orig', 'nfs_direct_read_schedule_iovec'],
	['', undefined],
])('%s %s is not listed', (path, fn) => {
	expect(knownUser(path, fn)).toBeUndefined();
});

it('is short: what code shows by itself needs no row', () => {
	expect(KNOWN_USERS.length).toBeLessThanOrEqual(30);
});

describe('every row', () => {
	it('names its source, and no line', () => {
		for (const row of KNOWN_USERS) {
			expect(row.source, row.path).not.toBe('');
			expect(JSON.stringify(row), row.path).not.toMatch(/\.[ch]:\d|\bline \d/);
			if (row.url) expect(row.url).toMatch(/^https:\/\/(lore|docs)\.kernel\.org\//);
		}
	});

	it('says why it may keep references, or what to convert to', () => {
		for (const { path, verdict, reason, target } of KNOWN_USERS) {
			expect([path, verdict === 'keep' ? reason : target]).not.toEqual([path, undefined]);
			if (reason) expect(EXCEPTIONS.map((entry) => entry.reason)).toContain(reason);
		}
	});

	const { skip, title } = needTree('is about code that exists in one of the trees, and names the family there', '6.12');
	it.skipIf(skip || !tree('6.1') || !tree('newest'))(title, () => {
		const texts = (path: string) =>
			TREE_NAMES.map((name) => tree(name) as string)
				.filter((root) => existsSync(join(root, path)))
				.map((root) => read(root, path));
		const strangers = KNOWN_USERS.filter(({ path, functions }) => {
			const found = texts(path.endsWith('/') ? `${path}kvm_main.c` : path);
			const named = (fn: string) => found.some((text) => new RegExp(`\\b${fn}\\(`).test(text));
			const concerned = found.some((text) => words.some((word) => text.includes(word)));
			return !concerned || !(functions ?? []).every(named);
		});
		expect(strangers.map(({ path, functions }) => `${path} ${functions ?? ''}`)).toEqual([]);
	});

	it.skipIf(skip)('has its examples in 6.12', () => {
		for (const path of EXCEPTIONS.flatMap((entry) => entry.examples)) {
			expect([path, existsSync(join(tree('6.12') as string, path))]).toEqual([path, true]);
		}
	});
});
