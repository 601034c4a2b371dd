import type { Kernel } from '../kernel/types.js';
import { readSource } from './read.js';

/** What a kernel does with FOLL_LONGTERM. */
export interface LongTerm {
	/** With FOLL_WRITE it refuses writable shared mappings of files that need dirty tracking, with -EFAULT. */
	readonly refusesWritableFiles: boolean;
	/** The error for mappings of FS DAX, without its sign; undefined where they are not refused. */
	readonly daxError: string | undefined;
	/** Pages of CMA areas and of ZONE_MOVABLE are migrated out of there. */
	readonly migrates: boolean;
	/** The error where that fails, without its sign; undefined where it is not seen. */
	readonly migrationError: string | undefined;
}

const SOURCE = 'mm/gup.c';

// repetitions have a bound: the text is anybody's
const WRITABLE = /!writable_file_mapping_allowed\([^;{}]{0,80}?\)\)\s{0,40}return -EFAULT;/;
const DAX = /\(gup_flags & FOLL_LONGTERM\) && vma_is_fsdax\(vma\)\)\s{0,40}return -(E[A-Z]{1,20});/;
const MIGRATION_FAILED = /\bmigrate_pages\([^;{}]{0,240}?\)\) \{\s{0,40}ret = -(E[A-Z]{1,20});/;
const MIGRATES = /\bcheck_and_migrate_movable_\w+\(/;

/** What the text of mm/gup.c shows. */
export function readLongTerm(text: string): LongTerm {
	return {
		refusesWritableFiles: WRITABLE.test(text),
		daxError: DAX.exec(text)?.[1],
		migrates: MIGRATES.test(text),
		migrationError: MIGRATION_FAILED.exec(text)?.[1],
	};
}

/**
 * As the tree's own mm/gup.c has it, else as kernels of that version have it.
 * @param root of the tree; undefined outside any
 */
export function longTermOf(root: string | undefined, kernel: Kernel): LongTerm {
	const read = root === undefined ? undefined : readSource(`${root}/${SOURCE}`, undefined, false);
	if (read?.kind === 'text') return readLongTerm(read.source.text);
	// 5.10 has both; who refuses writable files does so since 8ac268436e6d
	return {
		refusesWritableFiles: kernel.atLeast('6.5'),
		daxError: 'EOPNOTSUPP',
		migrates: true,
		migrationError: undefined,
	};
}
