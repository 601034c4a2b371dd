/** What an argument is for, told from its type and name: one table for the records and for the headers of a tree. */
import type { Param, Role } from './types.js';

/** First match wins; types come normalised ("struct page **"). */
const BY_TYPE: readonly (readonly [type: RegExp, name: RegExp, role: Role])[] = [
	[/^struct page \*\*\*?$/, /./, 'pages'],
	[/^struct page \*$/, /./, 'page'],
	[/^release_pages_arg$/, /./, 'pages'],
	[/^struct folio \*\*$/, /./, 'folios'],
	[/^struct folio \*$/, /./, 'folio'],
	[/^struct task_struct \*$/, /./, 'task'],
	[/^struct mm_struct \*$/, /./, 'mm'],
	[/^struct vm_area_struct \*\*$/, /^vmas$/, 'vmas'],
	[/^struct vm_area_struct \*\*?$/, /./, 'vma'],
	[/^(const )?struct iov_iter \*$/, /^new$/, 'other'],
	[/^(const )?struct iov_iter \*$/, /./, 'iter'],
	[/^(const )?struct kvec \*$/, /./, 'kvec'],
	[/^struct file \*$/, /./, 'file'],
	[/^iov_iter_extraction_t$/, /./, 'extraction'],
	[/^int \*$/, /^locked$/, 'locked'],
	[/^(size_t|pgoff_t) \*$/, /^(start|offset0?|offset_p)$/, 'offset'],
	[/^(unsigned long|loff_t)$/, /^(start|addr|address)$/, 'start'],
	[/^loff_t$/, /^end$/, 'end'],
	[/^(unsigned |int|unsigned int|unsigned)/, /^(gup_flags|foll_flags|flags)$/, 'flags'],
	[/^int$/, /^write$/, 'write'],
	[/^(bool|int)$/, /^(make_dirty|mark_dirty|dirty)$/, 'dirty'],
	[/^(size_t|ssize_t)$/, /^(maxsize|max_size|orig_len|len)$/, 'maxsize'],
	[/^unsigned( int| short)?$/, /^(maxpages|sg_max|max_vecs)$/, 'maxpages'],
	[/^(int|unsigned int|unsigned long|long)$/, /^(nr|nr_\w+|n(pages?|folios)|max_(pages|folios)|refs|pins)$/, 'count'],
];

/** "struct page**  " -> "struct page **". */
export function normaliseType(type: string): string {
	return type
		.replace(/\s+/g, ' ')
		.replace(/ ?\* ?/g, '*')
		.replace(/^([^*]+?)\s*(\*+)$/, '$1 $2')
		.trim();
}

/** Role of a parameter; a parameter without a name is told by its type where that is enough. */
function roleOf(type: string, name: string): Role {
	const normal = normaliseType(type);
	return BY_TYPE.find(([byType, byName]) => byType.test(normal) && byName.test(name || '?'))?.[2] ?? 'other';
}

/** Names of macro parameters carry no type. */
const MACRO_NAMES: Readonly<Record<string, Role>> = { vma: 'vma', __vma: 'vma' };

export function withRole(param: { readonly type: string; readonly name: string }): Param {
	const role = param.type === '' ? (MACRO_NAMES[param.name] ?? 'other') : roleOf(param.type, param.name);
	return { type: normaliseType(param.type), name: param.name, role };
}
