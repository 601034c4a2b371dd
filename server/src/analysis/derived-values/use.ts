/** What becomes of the pages of a taking call: evidence, in words and with its place. */
import type { Direction, Lasting } from '../../kernel/sinks/index.js';
import type { Range } from '../../syntax/ir.js';

export type UseKind =
	/** A device, a hypervisor or the block layer reaches the data. */
	| 'device'
	/** A kernel mapping of the data stays in an object after the function returns. */
	| 'kept'
	/** The pages, a list of them or their physical address stay in an object after the function returns. */
	| 'stored'
	/** The object that holds the pages is filed in a list, a tree or a table. */
	| 'registered'
	/** The CPU stores into the data. */
	| 'write'
	/** The CPU loads from the data. */
	| 'read'
	/** Only the struct page is looked at: node, mapping, flags, address. */
	| 'page-only'
	/** They are put into a scatterlist, a bvec or an iterator, as I/O wants them. */
	| 'listed'
	/** The references move to an owner who puts them. */
	| 'moved'
	/** The pages leave through the return value or a parameter, to callers this file does not show. */
	| 'returned'
	/** The references are given back. */
	| 'released'
	/** A function of another file gets them. */
	| 'handed';

/** How long what holds the pages lives: the call, nobody knows, or beyond it. */
export type StorageDuration = 'local' | 'fresh' | 'parameter' | 'object' | 'global';

export interface Use extends Range {
	readonly kind: UseKind;
	/** The function it happens in. */
	readonly function: string;
	/** What happens, as the end of a sentence about the pages: "dma_map_page() gives them to a device". */
	readonly text: string;
	/** Where what holds them lives (kept, stored, registered). */
	readonly life?: StorageDuration;
	/** Of a mapping: made by kmap() or vmap() to last, not merely the address of the page. */
	readonly mapped?: boolean;
	/** Of a device: which way the data goes. */
	readonly direction?: Direction;
	/** Of a device: how long it can reach the pages. */
	readonly lasting?: Lasting | undefined;
	/** Of what is stored or handed: the physical address alone. */
	readonly address?: boolean;
	/** Of what is handed: an object that holds a list of the pages, not they themselves. */
	readonly listed?: boolean;
	/** Seen in a function that reaches the pages only through the field they are kept in. */
	readonly byField?: boolean;
}

export interface Uses {
	/** In the order they were found: the taking function, its helpers, its callers, the users of the field. */
	readonly uses: readonly Use[];
	/** The references are given back on every path, before the function (or each of its callers here) returns. */
	readonly transient: boolean;
	/** Where the file deals with MMU notifiers. */
	readonly notifier: Range | undefined;
	/** Of these, where it is told of changes: it registers for them, or asks whether one came in between. */
	readonly told: Range | undefined;
	/** The function is core code: kernel/, mm/, security/, exec, core dumps, arch/.../kernel. */
	readonly core: boolean;
	/** Everything this file shows was followed. */
	readonly complete: boolean;
}
