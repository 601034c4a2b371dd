import { describe, expect, test } from 'vitest';
import { usualStyle } from '../../../server/src/cli/mail/style.js';
import { subjectsOf } from '../../../server/src/cli/mail/subject.js';
import { subjectStyle } from '../../../server/src/kernel/subjects.js';

const convert = (fn: string, prefix = 'ublk', capital = false) => ({
	style: { prefix, capital },
	general: ['convert get_user_pages_fast() to pin_user_pages_fast()', 'convert to pin_user_pages_fast()'],
	named: [`convert ${fn}() to pin_user_pages_fast()`, `pin pages in ${fn}()`],
});

test.each([
	['arch/powerpc/kvm/e500_mmu.c', 'KVM: PPC: e500'],
	['arch/s390/kvm/interrupt.c', 'KVM: s390'],
	['drivers/block/ublk_drv.c', 'ublk'],
	['drivers/misc/vmw_vmci/vmci_host.c', 'VMCI'],
	['drivers/misc/bcm-vk/bcm_vk_sg.c', 'misc: bcm-vk'],
	['drivers/accel/qaic/qaic_control.c', 'accel/qaic'],
	['drivers/vhost/scsi.c', 'vhost-scsi'],
	['net/9p/trans_virtio.c', 'net/9p'],
	['drivers/virt/fsl_hypervisor.c', 'virt: fsl_hypervisor'],
	['fs/ceph/file.c', 'ceph'],
	['dunlin.c', 'dunlin'],
])('%s without a history: %s', (path, prefix) => {
	expect(subjectStyle(path).prefix).toBe(prefix);
});

describe('the style of a history', () => {
	test('is what most subjects begin with', () => {
		const style = usualStyle([
			'KVM: PPC: Book3S HV: Fix it',
			'KVM: PPC: Book3S HV: Add more',
			'KVM: PPC: tidy',
			'treewide: replace',
			'Revert "KVM: PPC: Book3S HV: Add more"',
			'no prefix',
		]);
		expect(style).toEqual({ prefix: 'KVM: PPC: Book3S HV', capital: true });
	});

	test('is none where no subject has one, or one that leaves no room', () => {
		expect(usualStyle(['add it', `${'a'.repeat(60)}: fix`, 'mm/gup: change callers', ''])).toBeUndefined();
	});

	test('takes nothing that acts on a terminal or a header', () => {
		expect(usualStyle(['\u001b[2Jmisc: fix', 'misc\u202e: fix', 'x\r: y'])).toBeUndefined();
	});
});

describe('subjects', () => {
	test('name the function where two would be alike', () => {
		expect(subjectsOf([convert('a'), convert('b'), convert('c', 'ceph')])).toEqual([
			'ublk: convert a() to pin_user_pages_fast()',
			'ublk: convert b() to pin_user_pages_fast()',
			'ceph: convert get_user_pages_fast() to pin_user_pages_fast()',
		]);
	});

	test('are never alike and never too long', () => {
		const name = 'f'.repeat(200);
		const all = subjectsOf([
			convert(name, 'p'.repeat(36), true),
			convert(name, 'p'.repeat(36)),
			convert(name),
			convert(name),
		]);
		expect(new Set(all).size).toBe(4);
		for (const subject of all) expect(subject.length).toBeLessThanOrEqual(75);
	});

	test('begin with a capital letter where the subsystem does', () => {
		expect(subjectsOf([convert('a', 'NFS', true)])[0]).toMatch(/^NFS: Convert /);
	});
});
