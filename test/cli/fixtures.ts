import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const fixtures = join(import.meta.dirname, 'fixtures');

/** A driver with a finding of nearly every kind. */
export const HERON = readFileSync(join(fixtures, 'drivers', 'heron.c'), 'utf8');
/** A driver without findings. */
export const WREN = readFileSync(join(fixtures, 'drivers', 'wren.c'), 'utf8');

/** One error with a safe fix. */
export const PIN_FLAG = `#include <linux/mm.h>

long swift_pin(unsigned long addr, struct page **pages)
{
	return pin_user_pages(addr, 1, FOLL_WRITE | FOLL_PIN, pages);
}
`;
export const PIN_FLAG_FIXED = PIN_FLAG.replace(' | FOLL_PIN', '');

/** One error whose fix is not safe. */
export const LOCKED = `#include <linux/mm.h>

long crane_pin(struct mm_struct *mm, unsigned long addr, struct page **pages)
{
	int locked = 0;

	return pin_user_pages_remote(mm, addr, 1, FOLL_WRITE, pages, &locked);
}
`;

/** One error without a fix. */
export const NULL_PAGES = `int stork_get(unsigned long addr)
{
	return get_user_pages_fast(addr, 1, 0, NULL);
}
`;
