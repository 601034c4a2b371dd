import { describe, expect, it } from 'vitest';
import { failedChecks } from '../../server/src/kernel/checks.js';
import { kernelFor, NEWEST, newestKernel } from '../../server/src/kernel/index.js';
import { OLDEST } from '../../server/src/kernel/releases.js';

describe('a kernel by version', () => {
	it('shows what was asked for and answers by release', () => {
		expect(kernelFor('v6.12.117')).toMatchObject({
			release: '6.12',
			version: '6.12.117',
			origin: 'option',
			assumed: false,
		});
		expect(kernelFor('6.12').atLeast('6.3')).toBe(true);
		expect(kernelFor('5.10').atLeast('5.9')).toBe(true);
		expect(kernelFor('5.10').atLeast('6.0')).toBe(false);
	});

	it('says clearly what is no version', () => {
		expect(() => kernelFor('newish')).toThrow('not a kernel version: "newish" (give one like 6.12 or 6.1.92)');
	});

	it('is the newest when nothing is said, and only assumed', () => {
		expect(newestKernel()).toMatchObject({ version: NEWEST, origin: 'newest', assumed: true });
	});

	it('does not claim to know kernels beyond the table', () => {
		expect(kernelFor('99.1').api('pin_user_pages')).toMatchObject({ verified: false });
		expect(kernelFor('99.1').api('pin_user_pages')?.signature).toBeDefined();
		expect(kernelFor('4.9').api('get_user_pages')?.verified).toBe(false);
		for (const beyond of ['99.1', '4.9']) expect(kernelFor(beyond).assumed).toBe(true);
		for (const within of [OLDEST, NEWEST, '5.18']) expect(kernelFor(within).assumed).toBe(false);
		expect(kernelFor('5.18').api('get_user_pages_locked')).toMatchObject({ signature: undefined, verified: false });
	});

	it('knows names of other kernels, and no others', () => {
		expect(kernelFor('6.12').api('get_user_pages_locked')).toMatchObject({ signature: undefined });
		expect(kernelFor('6.12').api('my_get_user_pages')).toBeUndefined();
		expect(kernelFor('6.12').flag('FOLL_NUMA')?.span).toBeUndefined();
		expect(kernelFor('6.12').flag('FOLL_WRITE_MINE')).toBeUndefined();
	});
});

/** From mm/gup.c of the versions: which flags one call with exactly these flags is refused for. */
it.each([
	['6.12', 'get_user_pages', ['FOLL_LONGTERM'], ['foll-longterm-without-pin']],
	['6.12', 'get_user_pages', ['FOLL_PIN'], ['foll-pin-from-caller']],
	['6.12', 'get_user_pages', ['FOLL_WRITE', 'FOLL_FORCE'], []],
	['6.12', 'pin_user_pages', ['FOLL_GET'], ['foll-get-with-pin']],
	['6.12', 'pin_user_pages', ['FOLL_LONGTERM', 'FOLL_PCI_P2PDMA'], ['foll-flags-rejected']],
	['6.12', 'pin_user_pages', ['FOLL_PCI_P2PDMA'], []],
	['6.12', 'pin_user_pages_unlocked', ['FOLL_LONGTERM'], []],
	['6.1', 'pin_user_pages_unlocked', ['FOLL_LONGTERM'], ['foll-flags-rejected']],
	['6.2', 'pin_user_pages_unlocked', ['FOLL_LONGTERM'], []],
	['6.1', 'pin_user_pages_fast', ['FOLL_LONGTERM'], []],
	['6.12', 'pin_user_pages_fast', ['FOLL_INTERRUPTIBLE'], ['foll-flags-rejected']],
	['6.12', 'get_user_pages_fast', ['FOLL_NOWAIT'], ['foll-flags-rejected']],
	['6.12', 'get_user_pages_fast', ['FOLL_HONOR_NUMA_FAULT'], []],
	['6.1', 'get_user_pages_fast', ['FOLL_TOUCH'], ['foll-internal-flag']],
	['6.1', 'get_user_pages_unlocked', ['FOLL_PIN'], []],
	['6.12', 'get_user_page_vma_remote', ['FOLL_NOWAIT'], ['foll-flags-rejected']],
	['6.5', 'get_user_page_vma_remote', ['FOLL_NOWAIT'], []],
	['5.4', 'get_user_pages', ['FOLL_LONGTERM'], []],
	['5.4', 'get_user_pages_fast', ['FOLL_LONGTERM'], []],
	['5.4', 'get_user_pages_fast', ['FOLL_GET'], ['foll-flags-rejected']],
	['5.8', 'get_user_pages', ['FOLL_LONGTERM'], []],
	['5.10', 'get_user_pages', ['FOLL_LONGTERM'], ['foll-longterm-without-pin']],
] as const)('%s: %s(%j) fails %j', (release, api, flags, rules) => {
	const failed = failedChecks(api, release, new Set(flags));
	expect([...new Set(failed.filter((check) => !check.whenArgument).map((check) => check.rule))]).toEqual(rules);
});

it('refuses FOLL_LONGTERM to pin_user_pages_remote in 6.1 only with a non-NULL `locked`', () => {
	expect(failedChecks('pin_user_pages_remote', '6.1', new Set(['FOLL_LONGTERM']))).toMatchObject([
		{ whenArgument: 'locked' },
	]);
	expect(failedChecks('pin_user_pages_remote', '6.12', new Set(['FOLL_LONGTERM']))).toEqual([]);
});
