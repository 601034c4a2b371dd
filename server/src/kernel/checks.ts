/** Flag combinations the kernel refuses at run time, from mm/gup.c of the versions read. */
import { FLAG_RECORDS } from './flags.js';
import { refusalText } from './refusals.js';
import { covers } from './releases.js';
import { evidence } from './signatures.js';
import type { FlagCheck, Release, Role } from './types.js';

const GET = ['get_user_pages', 'get_user_pages_remote', 'get_user_pages_unlocked'] as const;
const GET_FAST = ['get_user_pages_fast', 'get_user_pages_fast_only', 'get_user_page_fast_only'] as const;
const PIN = ['pin_user_pages', 'pin_user_pages_remote', 'pin_user_pages_unlocked', 'pin_user_pages_fast'] as const;
/** Every entry point that calls is_valid_gup_args() since 6.3, and the inlines over them. */
const ALL = [...GET, ...GET_FAST, ...PIN, 'get_user_page_vma_remote'] as const;

/** The call is refused: what it answers then, refusals.ts knows for each function. */
const REFUSED = '';

type Row = readonly [
	flags: readonly string[],
	apis: readonly string[],
	since: Release,
	until: Release | '',
	effect: string,
	rule: string,
	whenArgument?: Role,
];

const ROWS: readonly Row[] = [
	[
		['FOLL_PIN'],
		['get_user_pages', 'get_user_pages_remote', 'get_user_pages_fast'],
		'5.6',
		'6.3',
		REFUSED,
		'foll-pin-from-caller',
	],
	[['FOLL_PIN'], ['get_user_pages_locked'], '5.8', '5.18', REFUSED, 'foll-pin-from-caller'],
	[['FOLL_PIN'], ALL, '6.3', '', REFUSED, 'foll-pin-from-caller'],
	[['FOLL_PIN'], ['follow_page'], '6.0', '6.12', 'returns NULL', 'foll-pin-from-caller'],

	[['FOLL_TOUCH'], ALL, '6.7', '', REFUSED, 'foll-internal-flag'],
	[['FOLL_TRIED'], ALL, '6.3', '', REFUSED, 'foll-internal-flag'],
	[['FOLL_REMOTE'], ALL, '6.3', '', REFUSED, 'foll-internal-flag'],
	[['FOLL_FAST_ONLY'], ALL, '6.3', '', REFUSED, 'foll-internal-flag'],
	[['FOLL_UNLOCKABLE'], ALL, '6.3', '', REFUSED, 'foll-internal-flag'],
	[['FOLL_MADV_POPULATE'], ALL, '6.9', '', REFUSED, 'foll-internal-flag'],

	[
		['FOLL_GET'],
		['pin_user_pages', 'pin_user_pages_remote', 'pin_user_pages_fast'],
		'5.7',
		'',
		REFUSED,
		'foll-get-with-pin',
	],
	[['FOLL_GET'], ['pin_user_pages_unlocked'], '5.8', '', REFUSED, 'foll-get-with-pin'],
	[['FOLL_GET'], ['pin_user_pages_locked'], '5.8', '5.18', REFUSED, 'foll-get-with-pin'],
	[['FOLL_GET'], ['pin_user_pages_fast_only'], '5.8', '6.3', REFUSED, 'foll-get-with-pin'],

	[['FOLL_LONGTERM'], ['get_user_pages_remote'], '5.2', '5.6', REFUSED, 'foll-flags-rejected'],
	[['FOLL_LONGTERM'], ['get_user_pages_remote'], '5.6', '5.10', REFUSED, 'foll-longterm-without-pin', 'locked'],
	[
		['FOLL_LONGTERM'],
		['get_user_pages_unlocked', 'get_user_pages_locked'],
		'5.2',
		'5.6',
		REFUSED,
		'foll-flags-rejected',
	],
	[['FOLL_LONGTERM'], ['get_user_pages_locked'], '5.6', '5.18', REFUSED, 'foll-longterm-without-pin'],
	[['FOLL_LONGTERM'], ['get_user_pages_unlocked'], '5.6', '', REFUSED, 'foll-longterm-without-pin'],
	[
		['FOLL_LONGTERM'],
		['get_user_pages', 'get_user_pages_remote', 'get_user_pages_fast'],
		'5.10',
		'',
		REFUSED,
		'foll-longterm-without-pin',
	],
	[['FOLL_LONGTERM'], ['get_user_page_vma_remote'], '6.5', '', REFUSED, 'foll-longterm-without-pin'],
	[
		['FOLL_LONGTERM'],
		['get_user_pages_fast_only', 'get_user_page_fast_only'],
		'6.3',
		'',
		REFUSED,
		'foll-longterm-without-pin',
	],

	[['FOLL_LONGTERM'], ['pin_user_pages_unlocked'], '5.8', '6.2', REFUSED, 'foll-flags-rejected'],
	[['FOLL_LONGTERM'], ['pin_user_pages_locked'], '5.8', '5.18', REFUSED, 'foll-flags-rejected'],
	[['FOLL_LONGTERM'], ['pin_user_pages_remote'], '5.6', '6.2', REFUSED, 'foll-flags-rejected', 'locked'],
	[
		['FOLL_LONGTERM', 'FOLL_PCI_P2PDMA'],
		['pin_user_pages', 'pin_user_pages_remote', 'pin_user_pages_unlocked', 'pin_user_pages_fast'],
		'6.2',
		'6.3',
		'fails with -EOPNOTSUPP on the slow path',
		'foll-flags-rejected',
	],
	[['FOLL_LONGTERM', 'FOLL_PCI_P2PDMA'], PIN, '6.3', '', REFUSED, 'foll-flags-rejected'],

	[['FOLL_NOWAIT'], ['get_user_page_vma_remote'], '6.7', '', REFUSED, 'foll-flags-rejected'],
];

/** Flags that the fast variants let through; every other one is refused. From 5.3 on (817be129e6f2). */
export const FAST_WHITELIST: readonly {
	readonly since: Release;
	readonly until?: Release;
	readonly flags: readonly string[];
}[] = [
	{ since: '5.3', until: '5.6', flags: ['FOLL_WRITE', 'FOLL_LONGTERM', 'FOLL_FORCE'] },
	{ since: '5.6', until: '5.7', flags: ['FOLL_WRITE', 'FOLL_LONGTERM', 'FOLL_FORCE', 'FOLL_PIN'] },
	{ since: '5.7', until: '5.8', flags: ['FOLL_WRITE', 'FOLL_LONGTERM', 'FOLL_FORCE', 'FOLL_PIN', 'FOLL_GET'] },
	{
		since: '5.8',
		until: '5.16',
		flags: ['FOLL_WRITE', 'FOLL_LONGTERM', 'FOLL_FORCE', 'FOLL_PIN', 'FOLL_GET', 'FOLL_FAST_ONLY'],
	},
	{
		since: '5.16',
		until: '6.2',
		flags: ['FOLL_WRITE', 'FOLL_LONGTERM', 'FOLL_FORCE', 'FOLL_PIN', 'FOLL_GET', 'FOLL_FAST_ONLY', 'FOLL_NOFAULT'],
	},
	{
		since: '6.2',
		until: '6.5',
		flags: [
			'FOLL_WRITE',
			'FOLL_LONGTERM',
			'FOLL_FORCE',
			'FOLL_PIN',
			'FOLL_GET',
			'FOLL_FAST_ONLY',
			'FOLL_NOFAULT',
			'FOLL_PCI_P2PDMA',
		],
	},
	{
		since: '6.5',
		flags: [
			'FOLL_WRITE',
			'FOLL_LONGTERM',
			'FOLL_FORCE',
			'FOLL_PIN',
			'FOLL_GET',
			'FOLL_FAST_ONLY',
			'FOLL_NOFAULT',
			'FOLL_PCI_P2PDMA',
			'FOLL_HONOR_NUMA_FAULT',
		],
	},
];

/** Who applies the whitelist. */
const FAST_CALLERS: readonly (readonly [apis: readonly string[], since: Release, until: Release | ''])[] = [
	[['get_user_pages_fast', 'pin_user_pages_fast'], '5.3', ''],
	[['get_user_pages_fast_only', 'get_user_page_fast_only'], '5.8', ''],
	[['pin_user_pages_fast_only'], '5.8', '6.3'],
];

const later = (a: Release, b: Release): Release => (covers({ since: b }, a) ? a : b);
const earlier = (a: Release | '', b: Release | ''): Release | '' =>
	a === '' ? b : b === '' ? a : covers({ until: b }, a) ? a : b;

function fastRows(): Row[] {
	const rows: Row[] = [];
	for (const white of FAST_WHITELIST) {
		for (const { name, spans } of FLAG_RECORDS) {
			if (white.flags.includes(name)) continue;
			for (const [apis, callerSince, callerUntil] of FAST_CALLERS) {
				for (const span of spans) {
					const since = later(later(white.since, callerSince), span.since);
					const until = earlier(earlier(white.until ?? '', callerUntil), span.until ?? '');
					if (until !== '' && !covers({ until }, since)) continue;
					const rule = span.visibility === 'internal' ? 'foll-internal-flag' : 'foll-flags-rejected';
					rows.push([[name], apis, since, until, REFUSED, rule]);
				}
			}
		}
	}
	return rows;
}

function check([flags, apis, since, until, effect, rule, whenArgument]: Row): FlagCheck {
	const read = evidence(since, until);
	return {
		flags,
		apis,
		...(whenArgument && { whenArgument }),
		since,
		...(until && { until }),
		...(effect && { effect }),
		rule,
		verified: read !== undefined,
		source: `mm/gup.c, ${read ?? 'from public history'}`,
	};
}

/** Stated checks first, then what the fast whitelist refuses; a pair of API and flag may appear in both. */
export const FLAG_CHECKS: readonly FlagCheck[] = [...ROWS, ...fastRows()].map(check);

/** What a call does that fails a check: "WARNs and returns -EINVAL". */
export function effectOf(failed: FlagCheck, api: string, release: Release): string {
	return failed.effect ?? refusalText(api, release);
}

/**
 * Checks that a call fails, by API name, kernel release and the flags that are surely given.
 * Checks that depend on another argument (`whenArgument`) are among them: the caller looks at that argument.
 */
export function failedChecks(api: string, release: Release, flags: ReadonlySet<string>): FlagCheck[] {
	return FLAG_CHECKS.filter(
		(entry) => entry.apis.includes(api) && covers(entry, release) && entry.flags.every((name) => flags.has(name)),
	);
}
