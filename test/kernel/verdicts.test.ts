import { describe, expect, it } from 'vitest';
import { kernelTree, TREE_NAMES, treeVersion } from '../../scripts/trees.js';
import { API_RECORDS } from '../../server/src/kernel/apis/index.js';
import { isAudited } from '../../server/src/verdict/audited.js';
import { corpus, named } from './corpus.js';
import { scanCalls } from './token-scan.js';
import { agreement, agrees, type Comparison, compare, decidedByTable, sitesOf } from './verdicts.js';

/** What the audit lists. */
const audited = new Set(API_RECORDS.map(({ name }) => name).filter(isAudited));

/** Their calls are to functions of their own. */
const IMPLEMENTS = new Set(['mm/gup.c', 'lib/iov_iter.c']);

/** Where the audit and the reviewers differ, one line each. */
function differences({ pairs }: Comparison): string[] {
	return pairs
		.filter(({ label, site }) => !agrees(label, site))
		.map(({ label, site }) => `${label.path}:${label.line} ${label.verdict}, not ${site.verdict}`);
}

describe.each(['6.12', '6.1'] as const)('verdicts in the kernel %s', (tree) => {
	it.skipIf(!kernelTree(tree)).each([
		[true, 0.97],
		[false, 0.85],
	])(
		named('agree with the reviewers, table of known users: %s', tree),
		async (knownUsers, goal) => {
			const found = await compare(tree, knownUsers);
			expect(found.missing).toEqual([]);
			expect(agreement(found), differences(found).join('\n')).toBeGreaterThanOrEqual(goal);
			expect(decidedByTable(found)).toBeLessThanOrEqual(knownUsers ? 0.25 : 0);
		},
		180_000,
	);
});

describe.each(TREE_NAMES)('sites in the kernel %s', (tree) => {
	it.skipIf(!kernelTree(tree))(
		named('are given once for each call, with what they rest on', tree),
		async () => {
			const sites = await sitesOf(tree, true);
			const places = sites.map(({ path, start }) => `${path} ${start}`);
			expect(new Set(places).size).toBe(places.length);
			const bare = sites.filter(
				({ verdict, target, reason, evidence }) =>
					evidence.length === 0 ||
					(verdict === 'keep') !== (reason !== null) ||
					(verdict === 'convert' || verdict === 'benefit') !== (target !== null),
			);
			expect(bare).toEqual([]);
		},
		180_000,
	);

	it.skipIf(!kernelTree(tree))(
		named('are every call that a token scan sees', tree),
		async () => {
			const { files } = await corpus(tree);
			const sites = new Set((await sitesOf(tree, true)).map(({ path, line, api }) => `${path}:${line} ${api}`));
			const scanned = files
				.filter(({ path }) => !IMPLEMENTS.has(path) && !path.startsWith('tools/'))
				.flatMap(({ path, text }) => scanCalls(text, audited).map(({ name, line }) => `${path}:${line} ${name}`));
			expect(scanned.filter((call) => !sites.has(call))).toEqual([]);
			expect(scanned.length).toBeGreaterThan(100);
		},
		180_000,
	);
});

describe('deprecated calls of the newest kernel', () => {
	it.skipIf(!kernelTree('newest'))(
		named('are all named, with a verdict for each file', 'newest'),
		async () => {
			const sites = (await sitesOf('newest', true)).filter(({ api }) => /^iov_iter_get_pages(?:_alloc)?2$/.test(api));
			// gone for good one day: none is left out, whatever its number
			expect(sites.filter(({ verdict }) => verdict !== 'convert' && verdict !== 'benefit')).toEqual([]);
			if (treeVersion(kernelTree('newest') as string) !== '7.3.4') return;
			expect(sites.map(({ path, verdict }) => `${path} ${verdict}`).sort()).toEqual([
				'drivers/vhost/scsi.c convert',
				'fs/ceph/addr.c benefit',
				'fs/ceph/file.c convert',
				'fs/fuse/dev.c convert',
				'fs/nfs/direct.c convert',
				'fs/nfs/direct.c convert',
				'fs/splice.c benefit',
				'net/9p/trans_virtio.c convert',
				'net/ceph/messenger.c benefit',
				'net/core/datagram.c benefit',
				'net/core/skmsg.c benefit',
				'net/rds/message.c benefit',
				'net/tls/tls_sw.c convert',
			]);
		},
		180_000,
	);

	it.skipIf(!kernelTree('newest'))(
		named('are not confused with what a driver or KVM does with pages of its own', 'newest'),
		async () => {
			const sites = await sitesOf('newest', true);
			const of = (path: string, fn: string) => sites.find((site) => site.path === path && site.function === fn);
			if (treeVersion(kernelTree('newest') as string) !== '7.3.4') return;
			expect(of('virt/kvm/guest_memfd.c', 'kvm_gmem_populate')).toMatchObject({ verdict: 'convert', reason: null });
			expect(of('drivers/android/binder_alloc.c', 'binder_page_lookup')).toMatchObject({
				verdict: 'keep',
				reason: 'struct-page-only',
			});
			expect(of('net/rds/info.c', 'rds_info_getsockopt')).toMatchObject({ verdict: 'ok', findings: [] });
			for (const fn of ['bio_iov_iter_get_pages', 'bio_iov_iter_bounce_read'])
				expect(of('block/bio.c', fn)).toMatchObject({ api: 'iov_iter_extract_bvecs', verdict: 'ok' });
		},
		180_000,
	);
});
