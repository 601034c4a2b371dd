/** Shapes of the kernel facts. Every record names its public source. */

/** "5.6" or "6.12": major.minor, never a patch level. */
export type Release = `${number}.${number}`;

/**
 * What one successful call leaves the caller holding, for each page. A `region` is one object for all its pages; pins of an
 * `iova` are released by that address, not by their pages.
 */
type ReferenceKind = 'reference' | 'pin' | 'extracted' | 'region' | 'iova' | 'none';

/** What an argument is for; rules ask for arguments by role, never by position. */
export type Role =
	| 'task'
	| 'mm'
	| 'vma'
	| 'start'
	| 'count'
	| 'flags'
	| 'write'
	| 'pages'
	| 'page'
	| 'folios'
	| 'folio'
	| 'locked'
	| 'vmas'
	| 'iter'
	| 'maxsize'
	| 'maxpages'
	| 'offset'
	| 'extraction'
	| 'dirty'
	| 'file'
	| 'end'
	| 'kvec'
	| 'other';

export interface Param {
	readonly type: string;
	readonly name: string;
	readonly role: Role;
}

/** One prototype of an API, valid for kernels `since` <= v < `until`. */
export interface Signature {
	readonly since: Release;
	readonly until?: Release;
	readonly returns: string;
	readonly params: readonly Param[];
	/** Read in a kernel source of that range (true) or only told by public history (false). */
	readonly verified: boolean;
	/** Kernel file and versions it was read in, or upstream commit. */
	readonly source: string;
	/** Header that declares it, relative to the tree root. */
	readonly header: string;
	/** True for a function-like macro: its parameters have no types. */
	readonly macro?: boolean;
}

export type Group = 'get' | 'pin' | 'iov-iter' | 'extract' | 'release' | 'walk' | 'dirty' | 'helper';

/** What the return value means. */
type ReturnMeaning = 'pages' | 'bytes' | 'page-or-null' | 'page-or-err' | 'bool' | 'errno' | 'folio' | 'void';

export interface ApiRecord {
	readonly name: string;
	readonly group: Group;
	/** What a successful call takes. For releases: what it gives back. */
	readonly takes: ReferenceKind;
	/** True for the lockless family, which has its own flag whitelist and refuses NULL pages. */
	readonly fast: boolean;
	readonly meaning: ReturnMeaning;
	/** Releases where the return value can never be negative (half-open ranges); absent: it can. */
	readonly neverNegative?: readonly { readonly since: Release; readonly until?: Release }[];
	/**
	 * It may sleep: whatever it is given, or only for a user-backed iterator. Sources: mm/gup.c (`cond_resched()` in
	 * __get_user_pages(), `might_lock_read()` of mmap_lock in the fast ones without FOLL_FAST_ONLY, the allocation of
	 * memfd_pin_folios()), lib/iov_iter.c (`want_pages_array()` allocates with GFP_KERNEL), block/bio.c, net/core/datagram.c.
	 */
	readonly sleeps?: 'always' | 'user-backed';
	/** Position of the object that it fills in place of an array: a scatterlist, bio_vecs, a bio, an skb. */
	readonly fillsObject?: number;
	/** It takes all pages asked for, or none: its result is never in between. */
	readonly allOrNone?: boolean;
	/** The audit lists its calls. Absent: it does where the function takes something. */
	readonly site?: boolean;
	/** The function(s) that give back what this one takes (for acquires), by name, newest first. */
	readonly releasedBy: readonly string[];
	/** The pinning twin (get family) or the replacement (iov_iter family), by name. */
	readonly successor?: string;
	/** New name of a function renamed away; the arguments are the same. */
	readonly renamedTo?: { readonly name: string; readonly since: Release };
	/** What to use where it is gone, when that is more than a name. */
	readonly instead?: string;
	/** One sentence for somebody who has ten seconds. */
	readonly summary: string;
	/** Return value and partial results, one or two sentences. */
	readonly returns: string;
	/** mmap_lock rules, one or two sentences. */
	readonly locking: string;
	/** Which of the five pin cases applies, by number, for the hover. */
	readonly cases: readonly number[];
	/** Notes that hold for a range of kernels only. */
	readonly notes?: readonly { readonly since?: Release; readonly until?: Release; readonly text: string }[];
	/** Called all over the kernel without GUP (`put_page`): alone no reason to read a file. */
	readonly everyday?: boolean;
	readonly signatures: readonly Signature[];
}

/** Who may name a FOLL_* flag: any caller, core code by convention, or mm/ alone. */
export type Visibility = 'public' | 'core' | 'internal';

export interface FlagSpan {
	readonly since: Release;
	readonly until?: Release;
	readonly visibility: Visibility;
	/** Numeric value in that range. */
	readonly value: number;
	/** Header that defines it in that range. */
	readonly header: string;
	readonly verified: boolean;
	readonly source: string;
}

export interface FlagRecord {
	readonly name: string;
	/** One sentence for somebody who has ten seconds. */
	readonly summary: string;
	/** What more there is to know, one to three sentences. */
	readonly detail: string;
	readonly spans: readonly FlagSpan[];
}

/** A flag combination or placement the kernel refuses at run time. */
export interface FlagCheck {
	/** Flags that must all be given. */
	readonly flags: readonly string[];
	/** APIs whose callers are checked, by name. */
	readonly apis: readonly string[];
	/** Only when this role's argument is a given non-NULL (`locked`) value. */
	readonly whenArgument?: Role;
	readonly since: Release;
	readonly until?: Release;
	/** What the kernel does where that is not a refusal, e.g. "returns NULL". */
	readonly effect?: string;
	/** Rule that reports it. */
	readonly rule: string;
	readonly verified: boolean;
	readonly source: string;
}

/** One of the five cases of Documentation/core-api/pin_user_pages.rst. */
export interface PinCase {
	readonly number: number;
	readonly title: string;
	readonly text: string;
	readonly source: string;
}

export type Verdict = 'ok' | 'keep' | 'convert' | 'benefit' | 'bug';
export type KeepReason = 'mmu-notifier' | 'transient' | 'struct-page-only' | 'core-mm';

/** A curated judgement that code alone cannot give. */
export interface KnownUser {
	/** Path relative to the tree root, or a folder ending in "/". */
	readonly path: string;
	/** Only these functions; absent: all of the path. */
	readonly functions?: readonly string[];
	readonly verdict: Verdict;
	readonly target?: string;
	readonly reason?: KeepReason;
	/** Why, in words a maintainer accepts; shown in hovers. */
	readonly why: string;
	/** Public source: thread, commit or documentation. */
	readonly source: string;
	readonly url?: string;
}

/** An API as one kernel has it. */
export interface Api {
	readonly record: ApiRecord;
	readonly name: string;
	/** This kernel's prototype; undefined when this kernel does not have the function. */
	readonly signature: Signature | undefined;
	/** The prototype was read from the tree itself or from a verified record. */
	readonly verified: boolean;
	/** Position (0-based) of the argument with this role, or -1. */
	index(role: Role): number;
}

export interface Flag {
	readonly record: FlagRecord;
	readonly name: string;
	/** This kernel's definition; undefined when this kernel does not have the flag. */
	readonly span: FlagSpan | undefined;
	readonly verified: boolean;
}

/** All facts for one kernel. */
export interface Kernel {
	/** "6.12" */
	readonly release: Release;
	/** What is shown: "6.12.117". */
	readonly version: string;
	/** Where the number comes from. */
	readonly origin: 'tree' | 'headers' | 'option' | 'newest';
	/** True when nothing said which kernel this is, or it lies beyond the table: rules that depend on it are at most information. */
	readonly assumed: boolean;
	/** The API by name, of any version; undefined for names that are none of ours. */
	api(name: string): Api | undefined;
	flag(name: string): Flag | undefined;
	/** All APIs and flags this kernel has. */
	apis(): readonly Api[];
	flags(): readonly Flag[];
	/** True when this kernel is `release` or newer. */
	atLeast(release: Release): boolean;
}

/** A function or macro as a header of a tree declares it. */
export interface Prototype {
	readonly name: string;
	readonly returns: string;
	/** As written, without roles; undefined for a macro without parameters (`#define a b`). */
	readonly params: readonly { readonly type: string; readonly name: string }[] | undefined;
	readonly header: string;
	readonly macro: boolean;
}

/** A FOLL_* definition of a tree; the value is undefined where its expression could not be evaluated. */
export interface FlagDefinition {
	readonly name: string;
	readonly value: number | undefined;
	readonly header: string;
}

/** What the headers of one tree say; see `treeDeclarations` in syntax/prototypes.ts. */
export interface TreeDeclarations {
	/** "6.12.117", from the Makefile; undefined when it does not say. */
	readonly version: string | undefined;
	/** Headers that were there to read, relative to the tree root. */
	readonly headers: readonly string[];
	readonly prototypes: readonly Prototype[];
	readonly flags: readonly FlagDefinition[];
}
