/** The functions of a kernel that faults are put into. */
import type { Finding } from '../../server/src/engine.js';
import type { Kernel } from '../../server/src/kernel/types.js';
import { engine, type KernelFile } from '../kernel/corpus.js';
import { type Subject, subjectsOf } from './subject.js';

/** A file as it is: what is found in it, and its functions. */
export interface Original {
	readonly file: KernelFile;
	readonly findings: readonly Finding[];
	readonly subjects: readonly Subject[];
}

/** Where the functions of the family are defined, most rules say nothing; a header has no story of its own, a test no bugs. */
const LEFT_OUT = /^(?:mm|tools|include)\/|^lib\/(?:kunit_)?iov_iter\.c$|\.h$/;

/** Files without a call that takes pages are left out. */
export function originals(files: readonly KernelFile[], kernel: Kernel): Original[] {
	return files.flatMap((file) => {
		if (LEFT_OUT.test(file.path)) return [];
		const open = engine.open();
		try {
			const options = { path: file.path, kernel, neighbours: file.neighbours, fixes: false };
			const { sites, findings } = open.audit(file.text, options);
			if (sites.length === 0) return [];
			const own = sites.filter(({ start }) => start < file.text.length);
			const releases = open.partners(file.text, options).flatMap((partners) => partners.releases);
			const calls = {
				takes: new Set(own.map(({ start }) => start)),
				releases: new Set(releases.map(({ start }) => start)),
			};
			return [{ file, findings, subjects: subjectsOf(file, kernel, calls) }];
		} finally {
			open.dispose();
		}
	});
}
