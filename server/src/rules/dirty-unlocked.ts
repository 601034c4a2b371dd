import type { ApiCall, FileContext } from '../analysis/context.js';
import { contextOf, type ExecutionContext } from '../analysis/execution-context.js';
import { mayBeLocked } from '../analysis/locked-by-caller.js';
import { type UserPage, userPage } from '../analysis/user-pages.js';
import { postorder, roots } from '../analysis/walk.js';
import type { CallExpr, FunctionIR } from '../syntax/ir.js';
import { memoize } from '../syntax/memoize.js';
import { isExemptPath } from './exempt-paths.js';
import { pageName } from './page-name.js';
import type { Fix, Related, Rule } from './rule.js';

/** Marks a page without locking it -> does both. Source: include/linux/mm.h. */
const LOCKING_TWIN: ReadonlyMap<string, string> = new Map([
	['set_page_dirty', 'set_page_dirty_lock'],
	['folio_mark_dirty', 'folio_mark_dirty_lock'],
	['SetPageDirty', 'set_page_dirty_lock'],
	['folio_set_dirty', 'folio_mark_dirty_lock'],
]);
/** They set the flag alone: nobody looks at the mapping, and the mapping is told nothing. Source: include/linux/page-flags.h. */
const FLAG_ALONE: ReadonlySet<string> = new Set(['SetPageDirty', 'folio_set_dirty']);
/** From here on a long-term pin for writing gets no page of a file system that has to be told of dirty pages. Source: mm/gup.c. */
const LONGTERM_SPARES_FILES = '6.5';

interface Site {
	readonly fn: FunctionIR;
	readonly call: CallExpr;
	readonly page: UserPage;
}

function* sites(file: FileContext): Generator<Site> {
	for (const name of LOCKING_TWIN.keys()) {
		if (file.ir.defined.has(name) || !file.text.includes(name)) continue;
		for (const fn of file.ir.callers(name)) {
			if (!fn.hasNoSyntaxErrors) continue;
			for (const call of fn.calls) {
				const arg = call.name === name ? call.args[0] : undefined;
				const page = arg && !mayBeLocked(file, fn, call, arg) ? userPage(file, fn, call, arg) : undefined;
				if (page) yield { fn, call, page };
			}
		}
	}
}

/** Offset of the first test of vm_file in a function; beyond its end where there is none. */
const firstFileTest = memoize((fn: FunctionIR): number => {
	let first = Number.POSITIVE_INFINITY;
	for (const { test } of fn.blocks)
		for (const root of test ? roots(test) : [])
			postorder(root, (expr) => {
				if (expr.kind === 'field' && expr.field === 'vm_file') first = Math.min(first, expr.start);
			});
	return first;
});

/** The function lets no page of a file through: it asks vm_file before it takes any. */
function isAnonymousOnly({ fn, call }: ApiCall): boolean {
	return fn !== undefined && firstFileTest(fn) < call.start;
}

/** No page of a file that has to be told comes from this call. */
function isLongTerm(file: FileContext, { flags }: ApiCall): boolean {
	return file.kernel.atLeast(LONGTERM_SPARES_FILES) && Boolean(flags?.every(({ bits }) => bits.has('FOLL_LONGTERM')));
}

function isHarmless(file: FileContext, { call: { name }, page: { taken } }: Site): boolean {
	const alone = FLAG_ALONE.has(name);
	return (
		(taken.length > 0 || alone) &&
		taken.every(
			(call) =>
				isAnonymousOnly(call) || (alone && isLongTerm(file, call)) || file.knownUser(call.fn?.name)?.verdict === 'keep',
		)
	);
}

const namesNotifier = memoize((file: FileContext): boolean => /\bmmu_(?:interval_)?notifier/.test(file.text));

/** Invalidation runs with the lock of a folio held, so a lock taken there would wait for itself. */
function meetsNotifier(file: FileContext, taken: readonly ApiCall[]): boolean {
	return namesNotifier(file) || taken.some((call) => file.knownUser(call.fn?.name)?.reason === 'mmu-notifier');
}

function fixes(file: FileContext, { call, page }: Site, context: ExecutionContext): readonly Fix[] {
	const twin = LOCKING_TWIN.get(call.name) as string;
	if (
		context === 'atomic' ||
		context === 'callback' ||
		!file.kernel.api(twin)?.signature ||
		meetsNotifier(file, page.taken)
	)
		return [];
	return [
		{
			title: `Replace ${call.name} with ${twin}`,
			safe: context === 'sleeps',
			edits: [{ ...call.nameRange, text: twin }],
		},
	];
}

function advice(file: FileContext, { call, page: { taken } }: Site, context: ExecutionContext): string {
	const twin = LOCKING_TWIN.get(call.name) as string;
	const right = file.kernel.api(twin)?.signature ? `${twin}()` : 'folio_lock()';
	if (context === 'atomic') return `use ${right} where sleeping is allowed`;
	if (meetsNotifier(file, taken)) return `use ${right} outside MMU notifier invalidation`;
	return context === 'callback' ? `use ${right} if this callback may sleep` : `use ${right}`;
}

function describe(
	file: FileContext,
	site: Site,
	context: ExecutionContext,
): { readonly message: string; readonly related: readonly Related[] } {
	const { call, page } = site;
	const name = pageName(file, call);
	const alone = FLAG_ALONE.has(call.name);
	const harmless = isHarmless(file, site);
	const what = alone
		? `only sets the flag${harmless ? ', safe only for pages that are not file-backed' : ', so the filesystem may never write the data back'}`
		: `on a user page without its lock ${harmless ? 'is safe only for anonymous memory' : 'races with truncation'}`;
	return {
		message: `${name}: ${call.name}() ${what}; ${advice(file, site, context)}`,
		related: [
			...page.taken.map((taken) => ({ ...taken.call.nameRange, message: `${name}: acquired from user space here` })),
			...(page.release ? [{ ...page.release.nameRange, message: 'unpinned here, so it is a user page' }] : []),
		],
	};
}

export const dirtyUnlocked: Rule = {
	meta: {
		id: 'dirty-unlocked',
		title: 'User page marked dirty without the page lock',
		severity: 'warning',
		severityNote: 'information where only anonymous memory gets there',
		needles: ['set_page_dirty', 'folio_mark_dirty', 'SetPageDirty', 'folio_set_dirty'],
		fix: 'unsafe',
		versioned: false,
	},
	check(file, report) {
		if (isExemptPath(file)) return;
		for (const site of sites(file)) {
			const { call, fn } = site;
			const context = contextOf(file, fn, call);
			report({
				...call.nameRange,
				...describe(file, site, context),
				...(isHarmless(file, site) && { severity: 'information' as const }),
				fixes: fixes(file, site, context),
			});
		}
	},
};
