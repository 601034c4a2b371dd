/** Which locks are held at `here()`: one line for each different state that reaches it. */
import { describe, expect, it } from 'vitest';
import { fileContext } from '../../server/src/analysis/context.js';
import { lockAnalysis } from '../../server/src/analysis/locks.js';
import { API_RECORDS } from '../../server/src/kernel/apis/index.js';
import { type LockFamily, NEEDS_MMAP_LOCK, SLEEPING_DIRTIERS, TAKES_MMAP_LOCK } from '../../server/src/kernel/locks.js';
import { LinkedUnit } from '../../server/src/syntax/linked-unit.js';
import { engine, kernel } from '../syntax/engine.js';

/** "mmap:mm" for a held lock, with "<" from a caller and "*2" when nested; "entry", "none" or "lost" for the rest. */
function states(text: string, family: LockFamily = 'mmap'): string[] {
	const file = fileContext('drivers/misc/example.c', new LinkedUnit(text, []), kernel, engine.read(text, kernel));
	const fn = file.ir.callers('here')[0];
	const call = fn?.calls.find(({ name }) => name === 'here');
	if (!fn || !call) throw new Error('the fixture does not call here()');
	return lockAnalysis(file)
		.at(fn, family)
		.paths(call)
		.map(({ holds, rest }) =>
			[...[...holds].map(([key, { at, depth }]) => `${at ? '' : '<'}${key}${depth > 1 ? `*${depth}` : ''}`), rest].join(
				' ',
			),
		)
		.sort();
}

/** Around `body`, in a function that names the family so that it is read. */
function inFunction(body: string, params = 'struct mm_struct *mm, int arg', before = ''): string {
	return `${before}
static long example(struct page **pages, ${params})
{
	${body}
	unpin_user_pages(pages, 1);
	return 0;
}
`;
}

describe('attempts', () => {
	it.each([
		['if (mmap_read_lock_killable(mm)) return -EINTR; here();', ['mmap:mm none']],
		['if (mmap_read_lock_killable(mm)) here();', ['none']],
		['int err; if ((err = mmap_write_lock_killable(mm)) < 0) return err; here();', ['mmap:mm none']],
		['int err = mmap_read_lock_killable(mm); if (err == -EINTR) return 0; here();', ['mmap:mm none', 'none']],
		['if (!mmap_read_trylock(mm)) { here(); return 0; }', ['entry']],
		['bool ok = mmap_read_trylock(mm); if (arg && !ok) return 0; here();', ['entry', 'mmap:mm none']],
		['bool no = !mmap_read_trylock(mm); if (no) return 0; here();', ['mmap:mm none']],
		['if (arg && mmap_read_lock_killable(mm)) return -EINTR; here();', ['entry', 'mmap:mm none']],
		['if (arg || mmap_read_trylock(mm)) return 0; here();', ['entry']],
		['while (!mmap_read_trylock(mm)) cpu_relax(); here();', ['mmap:mm none']],
	])('%s', (body, expected) => {
		expect(states(inFunction(body))).toEqual(expected);
	});
});

describe('conditions', () => {
	it('that were tested before lead one way', () => {
		expect(states(inFunction('if (arg) mmap_read_lock(mm); step(arg); if (arg) here();'))).toEqual(['mmap:mm none']);
		expect(states(inFunction('if (arg) mmap_read_lock(mm); arg = step(); if (arg) here();'))).toEqual([
			'entry',
			'mmap:mm none',
		]);
	});
	it('on memory are asked again after a call', () => {
		const locked = 'if (ctx->locked) mmap_read_lock(ctx->mm);';
		expect(states(inFunction(`${locked} if (ctx->locked) here();`, 'struct ctx *ctx'))).toEqual(['mmap:ctx->mm none']);
		expect(states(inFunction(`${locked} step(ctx); if (ctx->locked) here();`, 'struct ctx *ctx'))).toHaveLength(2);
	});
	it('follow *locked', () => {
		const call = 'get_user_pages_remote(mm, arg, 1, 0, pages, locked);';
		const params = 'struct mm_struct *mm, int arg, int *locked';
		expect(states(inFunction(`mmap_read_lock(mm); ${call} if (*locked) here();`, params))).toEqual(['mmap:mm none']);
		expect(states(inFunction(`mmap_read_lock(mm); ${call} if (!*locked) here();`, params))).toEqual(['none']);
		expect(states(inFunction(`mmap_read_lock(mm); ${call} here();`, params))).toEqual(['mmap:mm none', 'none']);
	});
	it('are given up where there are too many states', () => {
		const body = [...'abcdef'].map((name) => `if (step()) spin_lock(&dev->${name});`).join(' ');
		expect(states(inFunction(`${body} here();`, 'struct dev *dev'), 'atomic')).toContain('lost');
	});
});

describe('names', () => {
	it.each([
		['struct mm_struct *own = current->mm; mmap_read_lock(own); here();', 'mmap:current->mm none'],
		['struct task_struct *me = current; down_read(&me->mm->mmap_lock); here();', 'mmap:current->mm none'],
		['struct rw_semaphore *sem = &mm->mmap_lock; down_write(sem); here();', 'mmap:mm none'],
		['struct mm_struct *own = get_task_mm(current); mmap_read_lock(own); here();', 'mmap:current->mm none'],
		['down_read(&example_sem); here();', 'entry'],
		['mmap_assert_locked(mm); here();', 'mmap:mm entry'],
	])('%s', (body, expected) => {
		expect(states(inFunction(body))).toEqual([expected]);
	});
	it('are forgotten with what they named', () => {
		const body = 'struct mm_struct *own = current->mm; own = mm; mmap_read_lock(own); here();';
		expect(states(inFunction(body))).toEqual(['mmap:mm none']);
	});
});

describe('sections without sleep', () => {
	const params = 'struct dev *dev, unsigned long flags';
	it.each([
		['spin_lock_irqsave(&dev->lock, flags); spin_unlock(&dev->lock); here();', 'irq:flags entry'],
		['spin_lock_irqsave(&dev->lock, flags); spin_unlock_irqrestore(&dev->lock, flags); here();', 'entry'],
		['spin_lock_irq(&dev->a); spin_lock(&dev->b); spin_unlock(&dev->b); here();', 'spin:dev->a irq entry'],
		['preempt_disable(); preempt_disable(); preempt_enable(); here();', 'preempt entry'],
		['preempt_disable(); preempt_disable(); here();', 'preempt*2 entry'],
		['spin_lock(&dev->lock); spin_unlock(dev->other); here();', 'entry'],
		['spin_lock(&dev->a); spin_lock(&dev->b); spin_unlock(dev->other); here();', 'entry'],
		['spin_lock(&dev->lock); dev->ops->unlock(dev); here();', 'lost'],
		['mutex_lock(&dev->mutex); here();', 'entry'],
		['{ guard(spinlock)(&dev->lock); if (flags) { step(); } here(); }', 'spin:dev->lock entry'],
		['{ guard(spinlock)(&dev->lock); if (flags) { step(); } } here();', 'entry'],
		['scoped_guard(rcu) { step(); } here();', 'entry'],
		['for (;;) { guard(preempt)(); if (step()) break; } here();', 'entry'],
	])('%s', (body, expected) => {
		expect(states(inFunction(body, params), 'atomic')).toEqual([expected]);
	});
});

describe('helpers of the file', () => {
	const helper = (body: string, type = 'void') => `static ${type} helper(struct ctx *ctx, int arg)\n{\n${body}\n}\n`;
	const behind = (body: string, type = 'void', call = 'helper(ctx, 1);') =>
		states(inFunction(`${call} here();`, 'struct ctx *ctx', helper(body, type)));
	it('take and drop for their caller', () => {
		expect(behind('mmap_read_lock(ctx->mm);')).toEqual(['mmap:ctx->mm none']);
		expect(behind('mmap_read_unlock(ctx->mm);')).toEqual(['none']);
		expect(behind('mmap_read_unlock(ctx->mm);', 'void', 'mmap_read_lock(ctx->mm); helper(ctx, 1);')).toEqual(['none']);
	});
	it('leave the lock as it was', () => {
		expect(behind('ctx->n++;')).toEqual(['entry']);
		expect(behind('mmap_read_lock(ctx->mm); step(); mmap_read_unlock(ctx->mm);')).toEqual(['none']);
		expect(
			behind(
				'mmap_read_unlock(ctx->mm); step(); mmap_read_lock(ctx->mm);',
				'void',
				'mmap_read_lock(ctx->mm); helper(ctx, 1);',
			),
		).toEqual(['mmap:ctx->mm none']);
	});
	it('say by their result whether they took it', () => {
		const body = 'if (mmap_read_lock_killable(ctx->mm)) return -EINTR; ctx->n++; return 0;';
		expect(behind(body, 'int', 'if (helper(ctx, 1)) return 0;')).toEqual(['mmap:ctx->mm none']);
		expect(behind(body, 'int', 'if (!helper(ctx, 1)) return 0;')).toEqual(['entry']);
	});
	it('cannot be told when they take it in some cases', () => {
		expect(behind('if (ctx->n) mmap_read_lock(ctx->mm);')).toEqual(['lost']);
	});
	it('that call themselves end', () => {
		expect(
			behind('if (arg) helper(ctx, arg - 1); mmap_read_lock(ctx->mm); step(); mmap_read_unlock(ctx->mm);'),
		).toEqual(['none']);
	});
});

describe('what a function is entered with', () => {
	const callee =
		'static int callee(struct page **pages, struct mm_struct *mm)\n{\n\there();\n\tunpin_user_pages(pages, 1);\n\treturn 0;\n}\n';
	const entered = (rest: string) => states(callee + rest);
	const caller = (name: string, body: string, head = 'static int') =>
		`${head} ${name}(struct page **pages, struct ctx *ctx)\n{\n\t${body}\n\treturn 0;\n}\n`;
	const lock = 'mmap_read_lock(ctx->mm); callee(pages, ctx->mm); mmap_read_unlock(ctx->mm);';
	const own = 'mmap_read_lock(current->mm); callee(pages, current->mm); mmap_read_unlock(current->mm);';
	const bare = 'mmap_read_lock(ctx->mm); mmap_read_unlock(ctx->mm); callee(pages, ctx->mm);';
	it.each([
		['all callers hold it', caller('a', lock) + caller('b', lock), ['<mmap:mm none']],
		['all callers hold that of their own mm', caller('a', own), ['<mmap:current->mm none']],
		['one does not', caller('a', lock) + caller('b', bare), ['lost']],
		['none does', caller('a', bare), ['none']],
		['nobody knows', caller('a', 'callee(pages, ctx->mm);'), ['entry']],
		['its address is taken', `${caller('a', lock)}struct ops ops = { .callee = callee };`, ['lost']],
		['it is a method', 'static const struct file_operations fops = { .open = callee };', ['none']],
		[
			'it is the mmap method',
			'static const struct file_operations fops = { .mmap = callee };',
			['<mmap:current->mm none'],
		],
		['it is a method somewhere else', 'static const struct other_operations ops = { .open = callee };', ['entry']],
		[
			'callers call each other',
			caller('a', 'b(pages, ctx); callee(pages, ctx->mm);') + caller('b', 'a(pages, ctx);'),
			['entry'],
		],
	])('%s', (_, rest, expected) => {
		expect(entered(rest)).toEqual(expected);
	});
});

describe('the table of locks', () => {
	const locking = new Map(API_RECORDS.map((record) => [record.name, record.locking]));
	it.each([...NEEDS_MMAP_LOCK])('%s is said to need mmap_lock', (name) => {
		expect(locking.get(name)).toMatch(/^Call with mmap_lock of the mm held/);
	});
	it.each([...TAKES_MMAP_LOCK])('%s is said to take mmap_lock', (name) => {
		expect(locking.get(name)).toMatch(/[Tt]akes mmap_lock itself|the slow path takes it/);
	});
	it('has every function of the records that needs mmap_lock', () => {
		const needing = API_RECORDS.filter((record) => /^Call with mmap_lock of the mm held/.test(record.locking));
		expect(new Set(needing.map(({ name }) => name))).toEqual(NEEDS_MMAP_LOCK);
	});
	it('knows where the records have make_dirty', () => {
		for (const [name, position] of SLEEPING_DIRTIERS) {
			const signature = API_RECORDS.find((record) => record.name === name)?.signatures.at(-1);
			if (signature)
				expect(
					signature.params.findIndex(({ role }) => role === 'dirty'),
					name,
				).toBe(position ?? -1);
		}
	});
});
