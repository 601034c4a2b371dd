import { spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { randomly } from '../../scripts/random.js';
import { kernelTree } from '../../scripts/trees.js';
import { type Mailbox, parseMailbox, parseMailboxes } from '../../server/src/workspace/maintainers/mailboxes.js';
import { Mailmap } from '../../server/src/workspace/maintainers/mailmap.js';
import { Maintainers } from '../../server/src/workspace/maintainers/maintainers.js';
import { Pattern } from '../../server/src/workspace/maintainers/pattern.js';
import { scratch } from '../support/scratch.js';

const ENOUGH = { left: 20_000_000 };

describe('patterns', () => {
	test.each([
		['imx', 'drivers/imx6.c', true],
		['sun[x456789]i', 'arch/sun4i.c', true],
		['sun[x456789]i', 'arch/sun3i.c', false],
		['bcm283*', 'bcm28.c', true],
		['[^a-z]tegra', 'drivers/tegra.c', true],
		['[^a-z]tegra', 'integra.c', false],
		['\\b(printk|pr_(info|err))\\b', '+\tpr_err("x");', true],
		['\\b(printk|pr_(info|err))\\b', '+\tpr_error("x");', false],
		['(?:\\b|_)bpf(?:\\b|_)', 'a_bpf_b', true],
		['(?i)PIDFD', 'pidfd_open', true],
		['\\b(?i:clang|llvm)\\b', 'a CLANG b', true],
		['regulator_get_optional', 'regulator_get', false],
		['a{2,3}b', 'xaab', true],
		['^a b # c', 'ab', true],
		['a+?$', 'baa', true],
		['\\.c$', 'x.c', true],
		['[]a]', ']', true],
		['[a\\-z]', '-', true],
		['', 'anything', true],
	])('%s in %s: %j', (source, text, expected) => {
		expect(Pattern.of(source)?.isIn(text, { ...ENOUGH })).toBe(expected);
	});

	test.each([
		'(?=a)b',
		'(?<n>a)',
		'a++',
		'\\1',
		'\\p{L}',
		'[[:alpha:]]',
		'(',
		'(a',
		'a)',
		'*a',
		'[a',
		'a{200}',
		'[z-a]',
		'a\\',
		'x'.repeat(1001),
		'('.repeat(500),
		'(((((a{100}){100}){100}){100}){100})',
	])('are passed over where they are not understood: %#', (source) => {
		expect(Pattern.of(source)).toBeUndefined();
	});

	test.each([
		['(a+)+$', `${'a'.repeat(50_000)}b`],
		['(a|a)*b', 'a'.repeat(50_000)],
		['(.*)*(.*)*(.*)*x', 'a'.repeat(20_000)],
		['(a?){90}a{90}', 'a'.repeat(80)],
	])('take no longer than they are long: %s', (source, text) => {
		const started = performance.now();
		expect(Pattern.of(source)?.isIn(text, { left: 3_000_000 })).toBe(false);
		expect(performance.now() - started).toBeLessThan(3_000);
	});
});

test('patterns find what a regular expression finds', () => {
	const random = randomly(7);
	const below = (end: number): number => Math.floor(random() * end);
	const pick = (all: readonly string[]): string => all[below(all.length)] as string;
	const list = (depth: number): string => Array.from({ length: below(4) }, () => piece(depth)).join('');
	const piece = (depth: number): string => {
		const atom = pick(['a', 'b', 'c', '.', '[ab]', '[^b]', '\\w', '\\b', '^', '$', '(', '(?:']);
		const whole = !atom.startsWith('(') ? atom : depth > 2 ? 'a' : `${atom}${list(depth + 1)}|${list(depth + 1)})`;
		return /^(?:\\b|\^|\$)$/.test(whole) ? whole : whole + pick(['', '', '', '*', '+', '?', '{1,2}', '*?']);
	};
	for (let i = 0; i < 3_000; i++) {
		const source = list(0);
		const text = Array.from({ length: below(8) }, () => pick(['a', 'b', 'c', '_', '-'])).join('');
		const found = Pattern.of(source)?.isIn(text, { ...ENOUGH });
		expect(found, `${source} in ${text}`).toBe(new RegExp(source).test(text));
	}
});

describe('mailboxes', () => {
	test.each<[string, Mailbox[]]>([
		['A Dunlin <dunlin@example.org>', [{ name: 'A Dunlin', address: 'dunlin@example.org' }]],
		['"Dunlin, A." <dunlin@example.org>', [{ name: 'Dunlin, A.', address: 'dunlin@example.org' }]],
		['Dunlin, A. <dunlin@example.org>', [{ name: 'Dunlin, A.', address: 'dunlin@example.org' }]],
		['dunlin@example.org', [{ name: '', address: 'dunlin@example.org' }]],
		['dunlin@example.org (moderated)', [{ name: '', address: 'dunlin@example.org' }]],
		[
			'Ågot Ø <a@example.org>, b@example.org',
			[
				{ name: 'Ågot Ø', address: 'a@example.org' },
				{ name: '', address: 'b@example.org' },
			],
		],
		['"A \\"B\\" C" <c@example.org>', [{ name: 'A "B" C', address: 'c@example.org' }]],
		['no address', []],
		['<>', []],
		['', []],
	])('%s', (text, expected) => {
		expect(parseMailboxes(text)).toEqual(expected);
	});

	test('of git', () => {
		expect(parseMailbox('A, B <a@example.org>')).toEqual({ name: 'A, B', address: 'a@example.org' });
	});

	test('are mapped to whoever is meant', () => {
		const map = new Mailmap('Real <a@x.org>\n<new@x.org> <old@x.org>\nNew <n@x.org> Old <o@x.org> # why\nbroken <\n');
		expect(map.of({ name: 'Other', address: 'a@x.org' })).toEqual({ name: 'Real', address: 'a@x.org' });
		expect(map.of({ name: 'B', address: 'old@x.org' })).toEqual({ name: 'B', address: 'new@x.org' });
		expect(map.of({ name: 'Old', address: 'o@x.org' })).toEqual({ name: 'New', address: 'n@x.org' });
		expect(map.of({ name: 'Else', address: 'o@x.org' })).toEqual({ name: 'Else', address: 'o@x.org' });
	});
});

const MAINTAINERS = `List of maintainers

	F: not/a/tag

WADERS
M:	"Dunlin, A." <dunlin@example.org>
M:	Ågot Sandpiper <agot@example.org>
R:	R Knot <knot@example.org>
L:	waders@example.org (moderated for non-subscribers)
L:	secret@example.org (subscribers-only)
S:	Maintained
F:	drivers/waders/
X:	drivers/waders/gulls/
N:	plover
K:	\\bwader_[a-z]+\\b
# a comment

GULLS
M:	G Gull <gull@example.org>
M:	A Dunlin <DUNLIN@example.org>
F:	drivers/waders/gulls/*.c
F:	include/*/gulls.h

BROKEN
N:	(?=x)x
N:	(
K:	((((((
M:	Nobody <nobody@example.org>

THE REST
M:	Linus Torvalds <torvalds@linux-foundation.org>
L:	linux-kernel@vger.kernel.org
F:	*
F:	*/
`;

describe('MAINTAINERS', () => {
	const root = scratchTree();
	const names = (path: string, patch?: string) => {
		const { maintainers, reviewers, lists } = new Maintainers(root()).of([path], patch);
		return [maintainers, reviewers, lists].map((all) => all.map(({ address }) => address.split('@')[0]).join(' '));
	};

	test('names maintainers, reviewers and lists, the closest first', () => {
		expect(names('drivers/waders/a.c')).toEqual(['dunlin agot', 'knot', 'waders linux-kernel']);
		expect(names('drivers/waders/gulls/a.c')).toEqual(['gull DUNLIN', '', 'linux-kernel']);
		expect(names('drivers/waders/gulls/x/a.c')).toEqual(['', '', 'linux-kernel']);
		expect(names('include/linux/gulls.h')).toEqual(['gull DUNLIN', '', 'linux-kernel']);
		expect(names('drivers/net/plover.c')).toEqual(['dunlin agot', 'knot', 'waders linux-kernel']);
		expect(names('elsewhere.c')).toEqual(['', '', 'linux-kernel']);
	});

	test('looks for keywords in what a patch says, adds or removes', () => {
		const diff = (line: string) => `waders\n\n--- a/x.c\n+++ b/x.c\n@@ -1,1 +1,1 @@\n${line}\n`;
		expect(names('x.c', diff('+\twader_get();'))[0]).toBe('dunlin agot');
		expect(names('x.c', diff(' \twader_get();'))[0]).toBe('');
		expect(names('x.c', `wader_get() is gone\n${diff(' ')}`)[0]).toBe('dunlin agot');
	});

	test('is not there, or no file', () => {
		expect(new Maintainers('/nowhere').of(['a.c'])).toMatchObject({ maintainers: [], reviewers: [], lists: [] });
		expect(new Maintainers('/dev').of(['a.c'])).toMatchObject({ maintainers: [], reviewers: [], lists: [] });
	});

	test('is not read through a link that leads out of the tree', () => {
		const outside = scratch({ secret: 'S\nM:\ts@example.org\nF:\t*\n' });
		const inside = scratch();
		symlinkSync(join(outside, 'secret'), join(inside, 'MAINTAINERS'));
		expect(new Maintainers(inside).of(['a.c']).maintainers).toEqual([]);
	});

	test('does not hang on hostile text', () => {
		const lines = Array.from(
			{ length: 20_000 },
			(_, i) => `X${i}\nF:\t${'*a'.repeat(30)}${i}\nN:\t(a+)+${i}$\nK:\t(.*)*(.*)*${i}x\nM:\ta${i}@example.org`,
		);
		const hostile = new Maintainers(
			scratch({
				'.mailmap': `${'<#'.repeat(200_000)}\u2028\n`,
				MAINTAINERS: `${lines.join('\n\n')}\nM:\t${'<'.repeat(300_000)}\nF:${' '.repeat(300_000)}\u2028\n`,
			}),
		);
		const started = performance.now();
		hostile.of([`${'a'.repeat(200)}.c`], `${`+${'a'.repeat(5_000)}\n`.repeat(200)}`);
		expect(performance.now() - started).toBeLessThan(20_000);
	}, 60_000);
});

/** A folder for each test that asks. */
function scratchTree(): () => string {
	return () => scratch({ MAINTAINERS });
}

/** As scripts/get_maintainer.pl prints a name. */
function printed({ name, address }: Mailbox): string {
	if (name === '') return address;
	return /[^\w -]/.test(name) ? `"${name.replaceAll('"', '\\"')}" <${address}>` : `${name} <${address}>`;
}

const tree = kernelTree('6.12');

describe.skipIf(!tree || spawnSync('perl', ['--version']).error)('agrees with scripts/get_maintainer.pl', () => {
	test.each([
		'arch/s390/kvm/interrupt.c',
		'drivers/accel/qaic/qaic_control.c',
		'drivers/clk/tegra/clk-pll.c',
		'drivers/misc/vmw_vmci/vmci_host.c',
		'drivers/virt/fsl_hypervisor.c',
		'fs/ceph/file.c',
		'include/linux/mm.h',
		'kernel/bpf/core.c',
		'net/9p/trans_virtio.c',
		'arch/arm/boot/dts/nxp/imx/imx6q.dtsi',
	])('about %s', (path) => {
		const root = tree as string;
		const argv = ['scripts/get_maintainer.pl', '--no-git', '--no-git-fallback', '--no-rolestats', '-f', path];
		const { stdout } = spawnSync('perl', argv, { cwd: root, encoding: 'utf8' });
		const { maintainers, reviewers, lists } = new Maintainers(root).of([path]);
		expect([...maintainers, ...reviewers, ...lists].map(printed).sort()).toEqual(stdout.trim().split('\n').sort());
	});
});
