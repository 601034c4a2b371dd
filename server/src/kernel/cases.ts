/** The five cases of Documentation/core-api/pin_user_pages.rst, in words of our own. */
import type { PinCase } from './types.js';

const source = 'Documentation/core-api/pin_user_pages.rst, read in 6.1.192 and 6.12.117';

/** The kernel page that states the cases. */
export const PIN_PAGE = 'https://docs.kernel.org/core-api/pin_user_pages.html';

export const PIN_CASES: readonly PinCase[] = [
	{
		number: 1,
		title: 'direct I/O',
		text: 'A device or driver reads or writes the data for a short time: pin it (FOLL_PIN), unpin it when the I/O is done.',
		source,
	},
	{
		number: 2,
		title: 'long-term DMA',
		text: 'The pages are held for an indefinite time, often under user control (RDMA, VFIO): pin them with FOLL_LONGTERM.',
		source,
	},
	{
		number: 3,
		title: 'MMU notifier',
		text: 'The user of the pages stops using them from its invalidate callback: a plain reference (FOLL_GET), or none, is right.',
		source,
	},
	{
		number: 4,
		title: 'struct page only',
		text: 'Only the struct page is looked at (node, mapping, pfn), never the data: a plain reference (FOLL_GET) is right.',
		source,
	},
	{
		number: 5,
		title: 'CPU writes the data',
		text: 'The CPU stores into the pages outside of a fault: pin them (FOLL_PIN), although no DMA is involved.',
		source,
	},
];

export function pinCase(number: number): PinCase | undefined {
	return PIN_CASES.find((entry) => entry.number === number);
}

/** "CASE 3: MMU notifier": a number alone says nothing to who does not know the page by heart. */
export function caseWords({ number, title }: PinCase): string {
	return `CASE ${number}: ${title}`;
}
