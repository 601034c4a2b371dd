/** Writes the signatures of a record as C: the roles follow from types and names. */
import { declaration } from './declaration.js';
import { readIn } from './releases.js';
import { withRole } from './roles.js';
import type { Release, Signature } from './types.js';

/** `until` is '' while the kernel has it; `change` is the upstream commit behind `since`, where known. */
type SignatureRow = readonly [since: Release, until: Release | '', prototype: string, change?: string];

/** Headers that joined the table late, and the versions they were read in. */
const LATER: ReadonlySet<string> = new Set(['include/rdma/ib_umem.h', 'include/linux/vfio.h']);
const READ_LATER: ReadonlySet<string> = new Set(['6.1.192', '6.12.117', '7.3.4']);

/** "read in 5.2.1 to 6.4.6", or undefined when no version of the range was read. */
export function evidence(since: Release, until: Release | '', header?: string): string | undefined {
	const all = readIn({ since, until: until || undefined });
	const versions = header !== undefined && LATER.has(header) ? all.filter((version) => READ_LATER.has(version)) : all;
	if (versions.length === 0) return undefined;
	const [first, last] = [versions[0], versions.at(-1)];
	return first === last ? `read in ${first}` : `read in ${first} to ${last}`;
}

export function signatures(header: string, ...rows: readonly SignatureRow[]): Signature[] {
	return rows.map(([since, until, prototype, change]) => {
		const { returns, params } = declaration(prototype);
		const read = evidence(since, until, header);
		return {
			since,
			...(until && { until }),
			returns,
			params: params.map(withRole),
			verified: read !== undefined,
			source: [`${header}, ${read ?? 'from public history'}`, change].filter(Boolean).join('; '),
			header,
		};
	});
}

export const MM_H = 'include/linux/mm.h';
export const MM_TYPES_H = 'include/linux/mm_types.h';
export const UIO_H = 'include/linux/uio.h';
export const PAGEWALK_H = 'include/linux/pagewalk.h';
export const PAGEMAP_H = 'include/linux/pagemap.h';
export const BIO_H = 'include/linux/bio.h';
export const NETFS_H = 'include/linux/netfs.h';
export const SKBUFF_H = 'include/linux/skbuff.h';
export const KVM_H = 'include/linux/kvm_host.h';
export const BLK_H = 'block/blk.h';
export const INTERNAL_H = 'mm/internal.h';
export const IB_UMEM_H = 'include/rdma/ib_umem.h';
export const VFIO_H = 'include/linux/vfio.h';
