/** A program of the matrix: a function that takes pages into a holder, and what ends their life. */
import { define, label, lines, when } from './c.js';
import type { Fault } from './fault.js';
import type { Form } from './form.js';
import { countOf, declared, type Holder, handed, type Variables } from './holder.js';
import { Parts, RELEASE } from './parts.js';
import { type Leaving, takeBatch, takeInPasses } from './taking.js';

const HEAD = `// SPDX-License-Identifier: GPL-2.0
#include <linux/bvec.h>
#include <linux/highmem.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/pagemap.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/xarray.h>

#define EXAMPLE_PAGES 16
`;

const DEVICE =
	'int example_reserve(struct example_dev *dev, int nr);\nint example_start(struct example_dev *dev, int nr);\n';

const COUNTERS: Variables = { i: 'int i', j: 'int j', ret: 'int ret', kaddr: 'void *kaddr' };
const TAKE = 'example_take';

/** @param isWrong with the fault, else the same program without it */
export function program(holder: Holder, form: Form, fault: Fault, isWrong: boolean): string {
	const parts = new Parts(holder, form, fault, isWrong);
	return [
		HEAD,
		holder.types && `${holder.types}\n`,
		`struct example_dev {\n\tstruct mutex mutex;\n\tspinlock_t lock;\n\tvoid *reply;\n\tphys_addr_t first;\n${holder.field ? `\t${holder.field}\n` : ''}};\n`,
		DEVICE,
		form.hasHelpers ? releaseHelper(parts) : undefined,
		parts.hasTakeHelper() ? takeHelper(parts) : undefined,
		mapping(parts),
		holder.kept && fault.needs === 'writes' ? receiving(parts) : undefined,
		holder.kept ? destructor(parts) : undefined,
	]
		.filter((part) => part)
		.join('\n');
}

function releaseHelper(parts: Parts): string {
	const { holder } = parts;
	const body = parts.releaseBody();
	const parameters = `${declared(holder.released)}${/\bnr\b/.test(body) ? 'int nr' : ''}`.replace(/, $/, '');
	return define(`static void ${RELEASE}(${parameters})`, variablesOf(holder, holder.released), body);
}

/** Variables of a holder that are no parameters. */
function variablesOf({ variables }: Holder, parameters: Variables): Variables {
	const own = Object.entries(variables).filter(([name]) => !(name in parameters));
	return { ...Object.fromEntries(own), ...COUNTERS };
}

function takeHelper(parts: Parts): string {
	const { holder } = parts;
	const { taking } = holder;
	const result = taking.kind === 'batch' ? taking.result : undefined;
	const within = parts.allocatesInTake();
	const free = within ? holder.free : '';
	const body =
		taking.kind === 'batch'
			? takeBatch(parts, taking, (value) => (free ? lines(`ret = ${value};`, free, 'return ret;') : `return ${value};`))
			: takeInPasses(parts, taking, {
					free: 'return ret;',
					release: lines(parts.drop(taking.counter, false), 'return ret;'),
				});
	const parameters = `${result ? `${result.parameter}, ` : declared(taking.given)}unsigned long addr${/\bnr\b/.test(body + (within ? holder.allocate : '')) ? ', int nr' : ''}`;
	return define(
		`static int ${TAKE}(${parameters})`,
		variablesOf(holder, taking.given),
		lines(within ? holder.allocate : '', body, result?.store, 'return 0;'),
	);
}

/** Calls the function above, whose parameters say whether it gets the number. */
function takeCall(parts: Parts): string {
	const { taking } = parts.holder;
	const result = taking.kind === 'batch' ? taking.result : undefined;
	const counted = takeHelper(parts).includes('int nr)');
	return parts.inLock(
		`ret = ${TAKE}(${result ? `${result.argument}, ` : handed(taking.given)}addr${counted ? ', nr' : ''});`,
	);
}

function mapping(parts: Parts): string {
	const { holder, form } = parts;
	const { parameters = {} } = holder;
	const body = lines(parts.allocatesInTake() ? '' : holder.allocate, form.isLadder ? ladder(parts) : nested(parts));
	return define(
		`int example_map(struct example_dev *dev, ${declared(parameters)}unsigned long addr, int nr)`,
		variablesOf(holder, parameters),
		body,
	);
}

/** A step before the taking call. @param free,release how it is left, without pages and with them */
function earlyStep(parts: Parts, free: string, release: string): string {
	if (parts.fault.needs !== 'early step') return '';
	const fail = parts.mistake === 'release before taking' ? release : free;
	return lines('ret = example_reserve(dev, nr);', when('ret', fail));
}

/** The number of pages behind the taking, also where only some were taken. */
function heldCount(parts: Parts): string {
	const { taking } = parts.holder;
	return taking.kind === 'passes' && parts.hasTakeHelper() ? 'nr' : countOf(taking);
}

/** The device begins, and may refuse. */
function start({ holder, form }: Parts): string {
	const address = form.givesAddress ? `dev->first = page_to_phys(${holder.first});` : '';
	return lines(address, 'ret = example_start(dev, nr);');
}

function ladder(parts: Parts): string {
	const { holder, mistake } = parts;
	const { taking, kept } = holder;
	const free = parts.allocatesInTake() ? 'return ret;' : 'goto out_free;';
	const leave: Leaving = { free, release: 'goto out_release;' };
	const count = heldCount(parts);
	const failed = {
		'leak on an error path': lines(holder.discard, 'goto out_free;'),
		'double release': lines(parts.release(count, false), leave.release),
	}[mistake as string];
	const steps = lines(
		earlyStep(parts, free, taking.kind === 'batch' ? leave.release : lines(parts.release('nr', false), free)),
		parts.hasTakeHelper()
			? lines(takeCall(parts), when('ret', free))
			: taking.kind === 'batch'
				? takeBatch(parts, taking, (value) => lines(`ret = ${value};`, free))
				: takeInPasses(parts, taking, leave),
		fill(parts, free),
		start(parts),
		when('ret', failed ?? leave.release),
		kept ? lines(kept.keep, 'return 0;') : writes(parts),
		!kept && mistake === 'leak in teardown' ? 'goto out_free;' : '',
	);
	const released = label('out_release', steps, parts.drop(count, kept === undefined));
	return lines(steps, released, label('out_free', steps, lines(holder.free, 'return ret;')));
}

/** The pages go from the array into the holder. */
function fill(parts: Parts, fail: string): string {
	const { taking } = parts.holder;
	const through = taking.kind === 'batch' ? taking.through : undefined;
	if (!through) return '';
	return lines(through.fill, through.canFail ? when('ret', lines(parts.releaseTaken('nr'), fail)) : '');
}

/** Stores into the pages, where the function that takes makes them. */
function writes({ holder, fault }: Parts): string {
	return fault.needs === 'writes' && !holder.kept ? holder.write('nr') : '';
}

function nested(parts: Parts): string {
	const { holder, mistake } = parts;
	const { taking } = holder;
	const allocates = parts.allocatesInTake();
	const leave = lines(allocates ? '' : holder.free, 'return ret;');
	const count = heldCount(parts);
	const early = earlyStep(parts, leave, lines(parts.release('nr', false), leave));
	const end = lines(holder.free, 'return ret;');
	const freed = allocates ? lines('return ret;') : end;
	if (parts.hasTakeHelper()) {
		const body = lines(filled(parts, started(parts, count)), allocates ? holder.free : '');
		return lines(early, takeCall(parts), when('!ret', body), freed);
	}
	if (taking.kind === 'batch') {
		const good = filled(parts, started(parts, count));
		return lines(
			early,
			takeBatch(parts, taking, (value) => `ret = ${value};`, good),
			end,
		);
	}
	const loop = takeInPasses(parts, taking, { free: end, release: 'break;' });
	const isLeak = mistake === 'leak on an error path';
	const good = isLeak
		? lines(start(parts), when('ret', lines(holder.discard, end)), success(parts))
		: lines(start(parts), failedTwice(parts, count), when('!ret', success(parts)));
	return lines(early, loop, when(`${taking.counter} == nr`, good), parts.drop(count, holder.kept === undefined), end);
}

function filled(parts: Parts, good: string): string {
	const { taking } = parts.holder;
	const through = taking.kind === 'batch' ? taking.through : undefined;
	if (!through) return good;
	if (!through.canFail) return lines(through.fill, good);
	return lines(through.fill, when('!ret', good, parts.releaseTaken('nr')));
}

/** The second release comes behind it. */
function failedTwice(parts: Parts, count: string): string {
	return parts.mistake === 'double release' ? when('ret', parts.release(count, false)) : '';
}

/** The pages are there: what is done until the holder is empty again, or keeps them. */
function started(parts: Parts, count: string): string {
	const { holder, mistake } = parts;
	const isEnd = holder.kept === undefined;
	if (mistake === 'leak on an error path')
		return isEnd
			? lines(start(parts), when('!ret', lines(writes(parts), parts.drop(count, true))))
			: lines(start(parts), when('!ret', success(parts)), holder.discard);
	return lines(start(parts), failedTwice(parts, count), when('!ret', success(parts)), parts.drop(count, isEnd));
}

/** Everything went well. */
function success(parts: Parts): string {
	const { holder, mistake } = parts;
	if (holder.kept) return lines(holder.kept.keep, 'return 0;');
	return mistake === 'leak in teardown' ? lines(writes(parts), holder.free, 'return 0;') : writes(parts);
}

function receiving({ holder }: Parts): string {
	const { parameters, find, count } = holder.kept as NonNullable<Holder['kept']>;
	return define(
		`void example_receive(struct example_dev *dev${others(parameters)})`,
		variablesOf(holder, parameters),
		lines(find, holder.write(count)),
	);
}

function destructor(parts: Parts): string {
	const { holder, mistake } = parts;
	const { parameters, find, count, free } = holder.kept as NonNullable<Holder['kept']>;
	const released = mistake === 'leak in teardown' ? holder.discard : parts.drop(count, true);
	return define(
		`void example_unmap(struct example_dev *dev${others(parameters)})`,
		variablesOf(holder, parameters),
		lines(find, released, free),
	);
}

function others(parameters: Variables): string {
	return Object.values(parameters)
		.map((one) => `, ${one}`)
		.join('');
}
