/**
 * How subsystems begin the subject of a patch, for trees without a history. Source: subjects of commits in the changelogs
 * of Debian's linux 6.1 and 6.12; where several ways are used, the most frequent.
 */
interface Convention {
	/** Start of the paths it is for; the longest one that fits counts. */
	readonly paths: string;
	/** `{name}`: the folder or file behind the start. */
	readonly prefix: string;
	/** The summary starts with a capital letter. */
	readonly capital?: true;
}

/** What a subject begins with, and whether a capital letter follows. */
export interface SubjectStyle {
	readonly prefix: string;
	readonly capital: boolean;
}

const CONVENTIONS: readonly Convention[] = [
	{ paths: 'arch/arm64/', prefix: 'arm64: {name}' },
	{ paths: 'arch/arm64/kvm/', prefix: 'KVM: arm64', capital: true },
	{ paths: 'arch/loongarch/kvm/', prefix: 'LoongArch: KVM', capital: true },
	{ paths: 'arch/mips/kvm/', prefix: 'KVM: MIPS', capital: true },
	{ paths: 'arch/powerpc/', prefix: 'powerpc/{name}', capital: true },
	{ paths: 'arch/powerpc/kvm/', prefix: 'KVM: PPC', capital: true },
	{ paths: 'arch/powerpc/kvm/book3s_hv', prefix: 'KVM: PPC: Book3S HV', capital: true },
	{ paths: 'arch/powerpc/kvm/book3s_pr', prefix: 'KVM: PPC: Book3S PR', capital: true },
	{ paths: 'arch/powerpc/kvm/e500', prefix: 'KVM: PPC: e500', capital: true },
	{ paths: 'arch/riscv/kvm/', prefix: 'RISC-V: KVM', capital: true },
	{ paths: 'arch/s390/', prefix: 's390/{name}' },
	{ paths: 'arch/s390/kvm/', prefix: 'KVM: s390' },
	{ paths: 'arch/x86/', prefix: 'x86/{name}', capital: true },
	{ paths: 'arch/x86/kvm/', prefix: 'KVM: x86', capital: true },
	{ paths: 'arch/x86/kvm/svm/', prefix: 'KVM: SVM', capital: true },
	{ paths: 'arch/x86/kvm/vmx/', prefix: 'KVM: VMX', capital: true },
	{ paths: 'block/', prefix: 'block' },
	{ paths: 'crypto/', prefix: 'crypto: {name}' },
	{ paths: 'drivers/accel/', prefix: 'accel/{name}', capital: true },
	{ paths: 'drivers/block/', prefix: '{name}' },
	{ paths: 'drivers/crypto/', prefix: 'crypto: {name}' },
	{ paths: 'drivers/dma-buf/', prefix: 'dma-buf' },
	{ paths: 'drivers/gpu/drm/', prefix: 'drm/{name}' },
	{ paths: 'drivers/infiniband/core/', prefix: 'RDMA/core', capital: true },
	{ paths: 'drivers/infiniband/hw/', prefix: 'RDMA/{name}', capital: true },
	{ paths: 'drivers/infiniband/sw/', prefix: 'RDMA/{name}', capital: true },
	{ paths: 'drivers/iommu/', prefix: 'iommu/{name}', capital: true },
	{ paths: 'drivers/iommu/iommufd/', prefix: 'iommufd', capital: true },
	{ paths: 'drivers/md/', prefix: 'md' },
	{ paths: 'drivers/media/', prefix: 'media: {name}' },
	{ paths: 'drivers/misc/vmw_vmci/', prefix: 'VMCI' },
	{ paths: 'drivers/scsi/', prefix: 'scsi: {name}', capital: true },
	{ paths: 'drivers/staging/media/', prefix: 'media: {name}' },
	{ paths: 'drivers/tee/', prefix: 'tee' },
	{ paths: 'drivers/vfio/', prefix: 'vfio/{name}', capital: true },
	{ paths: 'drivers/vhost/', prefix: 'vhost-{name}' },
	{ paths: 'drivers/vhost/vhost', prefix: 'vhost' },
	{ paths: 'drivers/virt/nitro_enclaves/', prefix: 'nitro_enclaves', capital: true },
	{ paths: 'drivers/xen/', prefix: 'xen/{name}' },
	{ paths: 'fs/', prefix: '{name}' },
	{ paths: 'fs/nfs/', prefix: 'NFS', capital: true },
	{ paths: 'fs/smb/client/', prefix: 'cifs' },
	{ paths: 'io_uring/', prefix: 'io_uring/{name}' },
	{ paths: 'lib/', prefix: 'lib/{name}' },
	{ paths: 'mm/', prefix: 'mm/{name}' },
	{ paths: 'net/9p/', prefix: 'net/9p' },
	{ paths: 'net/ceph/', prefix: 'libceph' },
	{ paths: 'net/core/', prefix: 'net' },
	{ paths: 'net/core/skmsg', prefix: 'skmsg' },
	{ paths: 'net/rds/', prefix: 'net/rds' },
	{ paths: 'net/tls/', prefix: 'tls' },
	{ paths: 'sound/', prefix: 'ALSA: {name}', capital: true },
	{ paths: 'sound/soc/', prefix: 'ASoC: {name}', capital: true },
	{ paths: 'virt/kvm/', prefix: 'KVM', capital: true },
];

/** "ublk" of "ublk_drv.c", "e500_mmu" of "e500_mmu.c". */
function stemOf(file: string): string {
	return file.replace(/\.\w+$/, '').replace(/(?<=.)[-_](?:drv|main|core)$/, '');
}

/** Of a path no convention is known for: "misc: bcm-vk" of drivers/misc/bcm-vk/bcm_vk_sg.c. */
function derived(path: string): string {
	const [top = '', ...rest] = path.split('/');
	const isAlone = rest.length === 0;
	const stem = stemOf(rest.pop() ?? top);
	if (top === 'arch') return rest.filter((folder) => folder !== 'kernel').join('/') || stem;
	const folders = rest.length > 1 || top !== 'drivers' ? rest : [...rest, stem];
	return folders.join(': ') || (isAlone || top === 'kernel' ? stem : top);
}

/** @param path of a file, from the top of the tree */
export function subjectStyle(path: string): SubjectStyle {
	const [known] = CONVENTIONS.filter(({ paths }) => path.startsWith(paths)).sort(
		(a, b) => b.paths.length - a.paths.length,
	);
	if (!known) return { prefix: derived(path), capital: false };
	const { paths, prefix, capital = false } = known;
	const [next = ''] = path.slice(paths.length).split('/');
	return { prefix: prefix.replace('{name}', stemOf(next)), capital };
}
