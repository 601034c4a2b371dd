/** The calls that take and release pages. */
import { block, lines } from './c.js';
import type { Kind } from './form.js';

/** How pages are released. */
export interface Style {
	readonly isLoop: boolean;
	/** Of the releasing calls. */
	readonly kind: Kind;
	readonly dirty: 'none' | 'locked' | 'unlocked';
}

const TAKE = { pin: 'pin_user_pages_fast', get: 'get_user_pages_fast' } as const;
const RELEASE = { pin: 'unpin_user_page', get: 'put_page' } as const;
const RELEASE_ALL = { pin: 'unpin_user_pages', get: 'release_pages' } as const;

export function take(kind: Kind, address: string, count: string, into: string): string {
	return `ret = ${TAKE[kind]}(${address}, ${count}, FOLL_WRITE, ${into});`;
}

function dirty(style: Style, page: string): string {
	if (style.dirty === 'none') return '';
	return `${style.dirty === 'locked' ? 'set_page_dirty_lock' : 'set_page_dirty'}(${page});`;
}

/** One page is released. */
export function release(style: Style, page: string): string {
	return lines(dirty(style, page), `${RELEASE[style.kind]}(${page});`);
}

/** A loop over one call is written without braces. */
export function loop(head: string, body: string): string {
	return body.includes('\n') ? block(head, body) : `${head}\n\t${body}`;
}

/** The first pages of an array are released. */
export function releaseArray(style: Style, array: string, count: string): string {
	const each = `for (j = 0; j < ${count}; j++)`;
	const element = `${array}[j]`;
	if (style.isLoop) return loop(each, release(style, element));
	if (style.kind === 'pin' && style.dirty === 'locked') return `unpin_user_pages_dirty_lock(${array}, ${count}, true);`;
	const marked = dirty(style, element);
	return lines(marked && loop(each, marked), `${RELEASE_ALL[style.kind]}(${array}, ${count});`);
}

/** The CPU writes to a page. */
export function write(page: string): string {
	return lines(`kaddr = kmap_local_page(${page});`, 'memcpy(kaddr, dev->reply, PAGE_SIZE);', 'kunmap_local(kaddr);');
}
