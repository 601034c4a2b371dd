/** Every FOLL_* flag: value, header and who may name it, by kernel. Values from the headers of the versions read. */
import { evidence, INTERNAL_H, MM_H, MM_TYPES_H } from './signatures.js';
import type { FlagRecord, FlagSpan, Release, Visibility } from './types.js';

/** The release that moved the flags into two enums and numbered them anew. */
const MOVED = '6.3';

/**
 * `old`: value in mm.h, from `since` up to 6.3 (or `until`); `now`: bit number in the enums since 6.3.
 * Before 6.3 all flags stood in one public header: "internal" was a convention then, not a compile error.
 */
interface StorageDuration {
	readonly visibility: Visibility;
	readonly since?: Release;
	readonly until?: Release;
	readonly old?: number;
	readonly now?: number;
}

function span(
	visibility: Visibility,
	since: Release,
	until: Release | undefined,
	value: number,
	header: string,
): FlagSpan {
	const read = evidence(since, until ?? '');
	return {
		since,
		...(until && { until }),
		visibility,
		value,
		header,
		verified: read !== undefined,
		source: `${header}, ${read ?? 'from public history'}${since === MOVED ? '; 2c2241081f7d' : ''}`,
	};
}

function spans({ visibility, since = '4.19', until, old, now }: StorageDuration): FlagSpan[] {
	const header = visibility === 'internal' ? INTERNAL_H : MM_TYPES_H;
	return [
		...(old === undefined ? [] : [span(visibility, since, until ?? MOVED, old, MM_H)]),
		...(now === undefined ? [] : [span(visibility, old === undefined ? since : MOVED, undefined, 2 ** now, header)]),
	];
}

function flag(name: string, life: StorageDuration, summary: string, detail: string): FlagRecord {
	return { name, summary, detail, spans: spans(life) };
}

export const FLAG_RECORDS: readonly FlagRecord[] = [
	flag(
		'FOLL_WRITE',
		{ visibility: 'public', old: 0x01, now: 0 },
		'The pages will be written: faults them in writable, breaking copy-on-write.',
		'Pass it when the device or the CPU writes to the pages (`dir == DMA_FROM_DEVICE ? FOLL_WRITE : 0`). Its value is 1 in every kernel, so a bool passed as flags only happens to work. Before 6.2 long-term readers need it too, to break COW.',
	),
	flag(
		'FOLL_GET',
		{ visibility: 'public', old: 0x04, now: 1 },
		'Take a plain reference on each page. get_user_pages* sets it itself.',
		'Drop it: the get_* functions imply it, the pin_* functions reject it. Exception: follow_page, where it requests the reference.',
	),
	flag(
		'FOLL_DUMP',
		{ visibility: 'core', old: 0x08, now: 2 },
		'Fail on holes instead of returning the zero page. For core dumps.',
		'Core code only (get_dump_page).',
	),
	flag(
		'FOLL_FORCE',
		{ visibility: 'public', old: 0x10, now: 3 },
		'Ignore the permissions of the mapping. For ptrace-like access, never for drivers.',
		'It writes into read-only private mappings by breaking COW. Since 6.2 no driver needs it: read-only long-term pins break COW by themselves. With FOLL_WRITE it fails with -EFAULT on a read-only shared mapping, and before 7.3 on hugetlb.',
	),
	flag(
		'FOLL_NOWAIT',
		{ visibility: 'public', old: 0x20, now: 4 },
		'Start I/O for a page that is not present, but do not wait for it.',
		'get_user_page_vma_remote and the fast variants reject it.',
	),
	flag(
		'FOLL_NOFAULT',
		{ visibility: 'public', since: '5.16', old: 0x80, now: 5 },
		'Do not fault pages in: only return pages that are mapped.',
		'The result is often short. The call may still sleep: a fast variant takes mmap_lock when it falls back.',
	),
	flag(
		'FOLL_HWPOISON',
		{ visibility: 'public', old: 0x100, now: 6 },
		'Report a poisoned page as -EHWPOISON instead of -EFAULT.',
		'Only changes the errno. The fast variants reject it.',
	),
	flag(
		'FOLL_ANON',
		{ visibility: 'core', old: 0x8000, now: 7 },
		'Fail on file mappings: anonymous memory only.',
		'Core code (process command lines and environments, where a FUSE mapping could stall the reader).',
	),
	flag(
		'FOLL_LONGTERM',
		{ visibility: 'public', since: '5.2', old: 0x10000, now: 8 },
		'The pages are held indefinitely, often under user control (RDMA, VFIO, io_uring buffers).',
		'Migrates pages out of CMA, movable and device-coherent memory and pins them again; FS DAX gives -EOPNOTSUPP. Since 5.10 it requires pin_user_pages*; since 6.5 it fails with FOLL_WRITE on shared writable file mappings that track dirty pages. Not with FOLL_PCI_P2PDMA. GUP charges nothing to RLIMIT_MEMLOCK: the caller does (account_locked_vm()).',
	),
	flag(
		'FOLL_SPLIT_PMD',
		{ visibility: 'core', since: '5.4', old: 0x20000, now: 9 },
		'Split a huge PMD before returning the page.',
		'Core code (uprobes, device-exclusive ranges). The fast variants reject it.',
	),
	flag(
		'FOLL_PCI_P2PDMA',
		{ visibility: 'public', since: '6.2', old: 0x100000, now: 10 },
		'Allow PCI peer-to-peer memory among the pages.',
		'The caller must be able to map such pages for its device; without the flag they fail with -EREMOTEIO. Not with FOLL_LONGTERM. For an iov_iter it is ITER_ALLOW_P2PDMA.',
	),
	flag(
		'FOLL_INTERRUPTIBLE',
		{ visibility: 'public', since: '6.2', old: 0x200000, now: 11 },
		'Let any signal interrupt the fault, not only a fatal one.',
		'The caller must cope with -EINTR (KVM). No effect where mmap_lock may not be dropped: pass `locked`, or call an _unlocked function. The fast variants reject it.',
	),
	flag(
		'FOLL_HONOR_NUMA_FAULT',
		{ visibility: 'public', since: '6.5', now: 12 },
		'Trigger NUMA hinting faults instead of looking through them.',
		'For KVM, whose guest accesses would otherwise stay invisible to NUMA balancing. FOLL_WRITE implies it.',
	),
	flag(
		'FOLL_TOUCH',
		{ visibility: 'internal', old: 0x02, now: 16 },
		'Mark the pages accessed. Internal to mm/gup.c.',
		'get_user_pages() and the _remote and _unlocked functions set it, pin_user_pages() does not. Since 6.7 callers must not pass it.',
	),
	flag(
		'FOLL_TRIED',
		{ visibility: 'internal', old: 0x800, now: 17 },
		'A retry after a fault that dropped mmap_lock. Internal to mm/gup.c.',
		'Since 6.3 the entry points reject it.',
	),
	flag(
		'FOLL_REMOTE',
		{ visibility: 'internal', old: 0x2000, now: 18 },
		'The mm is not current->mm. The _remote functions set it.',
		'Since 6.3 the entry points reject it.',
	),
	flag(
		'FOLL_PIN',
		{ visibility: 'internal', since: '5.6', old: 0x40000, now: 19 },
		'Take a pin, which unpin_user_page* drops. The pin_user_pages* functions set it; callers never do.',
		'Call pin_user_pages* instead. Outside mm/ the name does not compile since 6.3.',
	),
	flag(
		'FOLL_FAST_ONLY',
		{ visibility: 'internal', since: '5.8', old: 0x80000, now: 20 },
		'No fall-back to the slow path. get_user_pages_fast_only sets it.',
		'Call get_user_pages_fast_only instead. Since 6.3 the entry points reject it.',
	),
	flag(
		'FOLL_UNLOCKABLE',
		{ visibility: 'internal', since: '6.3', now: 21 },
		'mmap_lock may be dropped. Set when `locked` is passed.',
		'The entry points reject it.',
	),
	flag(
		'FOLL_MADV_POPULATE',
		{ visibility: 'internal', since: '6.9', now: 22 },
		'Checks for MADV_POPULATE_READ and _WRITE. Internal to mm/.',
		'The entry points reject it.',
	),
	flag(
		'FOLL_MIGRATION',
		{ visibility: 'core', old: 0x400, until: '6.2' },
		'Wait for a page that is being migrated.',
		'For follow_page in KSM. Removed in 6.2.',
	),
	flag(
		'FOLL_NUMA',
		{ visibility: 'internal', old: 0x200, until: '6.1' },
		'Trigger NUMA hinting faults. Internal to mm/gup.c.',
		'Removed in 6.1; FOLL_HONOR_NUMA_FAULT (6.5) is for callers.',
	),
	flag(
		'FOLL_COW',
		{ visibility: 'internal', old: 0x4000, until: '6.0' },
		'The fault broke COW already. Internal to mm/gup.c.',
		'Removed in 6.0.',
	),
	flag(
		'FOLL_POPULATE',
		{ visibility: 'internal', old: 0x40, until: '5.18' },
		'Fault the range in for mlock and MAP_POPULATE.',
		'Removed in 5.18.',
	),
	flag('FOLL_MLOCK', { visibility: 'internal', old: 0x1000, until: '5.18' }, 'Mlock the pages.', 'Removed in 5.18.'),
	flag(
		'FOLL_SPLIT',
		{ visibility: 'core', old: 0x80, until: '5.14' },
		'Split huge pages before returning them.',
		'Removed in 5.14; its value is FOLL_NOFAULT since 5.16.',
	),
];
