/** The five cases of Documentation/core-api/pin_user_pages.rst, in words of our own. */
import type { PinCase } from './types.js';

const source = 'Documentation/core-api/pin_user_pages.rst, read in 6.1.192 and 6.12.117';

/** The kernel page that states the cases. */
export const PIN_PAGE = 'https://docs.kernel.org/core-api/pin_user_pages.html';

export const PIN_CASES: readonly PinCase[] = [
	{
		number: 1,
		title: 'direct I/O',
		text: 'The data is read or written for a short time, e.g. by DMA: pin (FOLL_PIN), and unpin when the I/O completes.',
		source,
	},
	{
		number: 2,
		title: 'long-term DMA',
		text: 'The pages are held indefinitely, often under user control (RDMA, VFIO): pin with FOLL_LONGTERM.',
		source,
	},
	{
		number: 3,
		title: 'MMU notifier',
		text: 'The user of the pages stops using them from its invalidate callback: a plain reference (FOLL_GET), or none, is enough.',
		source,
	},
	{
		number: 4,
		title: 'struct page only',
		text: 'Only struct page is accessed (node, mapping, pfn), never the data: a plain reference (FOLL_GET) is enough.',
		source,
	},
	{
		number: 5,
		title: 'CPU writes the data',
		text: 'The CPU writes to the pages outside a fault handler: pin (FOLL_PIN), although no DMA is involved.',
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
