/** Every domain of server/src/analysis by name, with the C that makes its states. */
import { AdvancedIteratorDomain } from '../../../server/src/analysis/advanced-iterators.js';
import type { DataflowAnalysis } from '../../../server/src/analysis/dataflow.js';
import { EXECUTION_CONTEXT } from '../../../server/src/analysis/execution-context.js';
import { type FlagValue, key } from '../../../server/src/analysis/flag-value.js';
import { ReferenceKindDomain } from '../../../server/src/analysis/holders.js';
import { iteratorKindDomain } from '../../../server/src/analysis/iterator-kind.js';
import { KERNEL_BACKED_ITERATORS } from '../../../server/src/analysis/iterators.js';
import { INITIAL_STATE, type LockDisjuncts } from '../../../server/src/analysis/lock-state.js';
import { LockTransfer } from '../../../server/src/analysis/lock-transfer.js';
import { LockAnalysis } from '../../../server/src/analysis/locks.js';
import { ObjectPagesDomain } from '../../../server/src/analysis/object-pages.js';
import { PageLockDomain } from '../../../server/src/analysis/page-lock.js';
import type { PathConditions } from '../../../server/src/analysis/path-conditions.js';
import { PassedTestDomain, type PassedTests } from '../../../server/src/analysis/path-tests.js';
import { Extractions, ReplacedIteratorDomain } from '../../../server/src/analysis/replaced-iterators.js';
import { ResultDomain, type Results } from '../../../server/src/analysis/results.js';
import { STALE_MAPPINGS } from '../../../server/src/analysis/stale-mappings.js';
import { SignDomain, Signs } from '../../../server/src/conversion/sign-analysis.js';
import type { Observe } from './laws.js';
import type { Program, Vocabulary } from './programs.js';

export interface DomainUnderTest {
	/** File below server/src. */
	readonly name: string;
	readonly vocabulary: Vocabulary;
	of(program: Program): DataflowAnalysis<unknown>;
	/** What its equality tells apart; the whole state where nothing is said. */
	readonly observe?: Observe<never>;
	/** Why a transfer function of it may find less where it starts with more; `MOST_CHANGES` bounds its solution then. */
	readonly notMonotone?: string;
}

const BY_NAME = 'a second name that is known on one path only decides what a statement is about';
const BY_NEED = 'a test adds a condition only where it is not known how it comes out';

const PAGES = 'struct page **pages, struct page *page, int nr, int flag';

const domains: readonly DomainUnderTest[] = [
	{
		name: 'analysis/page-lock.ts',
		vocabulary: {
			params: `${PAGES}, struct folio *folio`,
			declarations: '',
			statements: [
				'lock_page(page);',
				'unlock_page(page);',
				'folio_lock(folio);',
				'folio_unlock(page_folio(page));',
				'folio = page_folio(page);',
				'page = pages[nr];',
				'lock_page(pages[nr]);',
				'unlock_page(pages[0]);',
				'nr = trylock_page(page);',
			],
			tests: ['flag', 'trylock_page(page)', '!folio_trylock(folio)', 'lock_page_killable(page)'],
		},
		of: ({ fn }) => new PageLockDomain(fn),
		notMonotone: BY_NAME,
	},
	{
		name: 'analysis/execution-context.ts',
		vocabulary: {
			params: `${PAGES}, spinlock_t *lock, spinlock_t *other`,
			declarations: 'void *memory;',
			statements: [
				'spin_lock(lock);',
				'spin_unlock(lock);',
				'spin_lock_irq(other);',
				'spin_unlock_irq(other);',
				'rcu_read_lock();',
				'rcu_read_unlock();',
				'memory = kmalloc(nr, GFP_KERNEL);',
				'msleep(nr);',
			],
			tests: ['flag', 'nr > 2'],
		},
		of: () => EXECUTION_CONTEXT,
	},
	{
		name: 'analysis/stale-mappings.ts',
		vocabulary: {
			params: `${PAGES}, struct mm_struct *mm, unsigned long addr, unsigned long other`,
			declarations: 'struct vm_area_struct *vma, *next;',
			statements: [
				'vma = find_vma(mm, addr);',
				'next = vma_lookup(mm, other);',
				'vma = next;',
				'next = find_vma(mm, addr);',
				'addr += PAGE_SIZE;',
				'other = addr;',
				'example_check(vma);',
			],
			tests: ['flag', 'vma->vm_flags & VM_IO', '!next', 'next->vm_file'],
		},
		of: () => STALE_MAPPINGS,
		notMonotone: BY_NAME,
	},
	{
		name: 'analysis/path-tests.ts',
		vocabulary: {
			params: `${PAGES}, struct example *e`,
			declarations: '',
			statements: ['flag = nr;', 'nr++;', 'e->pinned = flag;', 'e = example_next(e);', 'example(e);'],
			tests: ['flag', '!flag', 'nr == 2', 'nr != 2', 'e->pinned', 'e->flags & EXAMPLE_USER', 'nr < flag'],
		},
		of: ({ fn }) => new PassedTestDomain(fn),
		// of two tests that say the same the first is shown
		observe: (state: PassedTests) => new Set(state.keys()),
	},
	{
		name: 'analysis/results.ts',
		vocabulary: {
			params: `${PAGES}, unsigned long addr, struct example *e`,
			declarations: 'unsigned int got; int ret; long sum;',
			statements: [
				'ret = get_user_pages_fast(addr, nr, 0, pages);',
				'got = pin_user_pages_fast(addr, nr, 0, pages);',
				'got = ret;',
				'sum += ret;',
				'e->nr = ret;',
				'ret = 0;',
				'example_fill(&got);',
				'ret++;',
			],
			tests: ['ret < 0', 'ret != nr', 'got != nr', '!ret', 'flag', 'got == nr', '0 < ret', 'ret >= 0', 'e->nr > 0'],
		},
		of: ({ file, fn }) => {
			const calls = file.callsOf(fn);
			const known = new Map(calls.map((one) => [one.call, one]));
			return new ResultDomain(known, new Set(known.keys()), { of: () => undefined, promoted: () => undefined });
		},
		// which of two calls is named where both may have left it: the first that came
		observe: (state: Results) => new Map([...state].map(([name, { short }]) => [name, short])),
	},
	{
		name: 'analysis/holders.ts',
		vocabulary: {
			params: `${PAGES}, unsigned long addr, struct example *e`,
			declarations: 'int ret; struct page *one; struct page **all;',
			statements: [
				'ret = get_user_pages_fast(addr, nr, 0, pages);',
				'ret = pin_user_pages_fast(addr, nr, 0, pages);',
				'ret = pin_user_pages_fast(addr, nr, 0, e->pages);',
				'ret = pin_user_pages_fast(addr, 1, 0, &one);',
				'one = pages[nr];',
				'all = pages;',
				'pages[0] = page;',
				'get_page(one);',
				'unpin_user_page(one);',
				'example_fill(pages);',
				'pages = all;',
				'e->pages = pages;',
				'one = alloc_page(GFP_KERNEL);',
			],
			tests: ['ret < 0', 'ret <= 0', '!ret', 'flag', 'ret == 0', 'ret < nr'],
		},
		of: ({ file, fn }) => new ReferenceKindDomain(fn, new Map(file.callsOf(fn).map((one) => [one.call, one]))),
		notMonotone: BY_NAME,
	},
	{
		name: 'analysis/iterators.ts',
		vocabulary: {
			params: `${PAGES}, struct iov_iter *iter, struct iov_iter other, struct bio_vec *bv`,
			declarations: '',
			statements: [
				'iov_iter_bvec(iter, READ, bv, nr, nr);',
				'iov_iter_kvec(&other, READ, bv, nr, nr);',
				'iov_iter_ubuf(iter, READ, bv, nr);',
				'other = *iter;',
				'iter = &other;',
			],
			tests: ['flag', 'iov_iter_is_bvec(iter)'],
		},
		of: () => KERNEL_BACKED_ITERATORS,
		observe: (state: ReadonlyMap<string, unknown>) => new Set(state.keys()),
	},
	{
		name: 'analysis/iterator-kind.ts',
		vocabulary: {
			params: `${PAGES}, struct iov_iter *iter, struct bio_vec *bv`,
			declarations: 'struct iov_iter other, saved;',
			statements: [
				'iov_iter_bvec(iter, READ, bv, nr, nr);',
				'iov_iter_kvec(&other, READ, bv, nr, nr);',
				'iov_iter_ubuf(&other, READ, bv, nr);',
				'other = *iter;',
				'saved = other;',
				'*iter = saved;',
				'example_fill(&saved);',
			],
			tests: ['flag', 'iov_iter_is_bvec(iter)', 'user_backed_iter(&other)', '!iter_is_ubuf(&saved)'],
		},
		of: ({ file, fn }) => iteratorKindDomain(new Map(), file, fn),
		notMonotone: 'a field that no path has set is of the kind that all makers give it',
	},
	{
		name: 'analysis/replaced-iterators.ts',
		vocabulary: {
			params: `${PAGES}, struct iov_iter *iter, struct bio_vec *bv`,
			declarations: 'struct iov_iter saved; struct iov_iter *which; size_t off; ssize_t got;',
			statements: [
				'got = iov_iter_extract_pages(iter, &pages, nr, nr, 0, &off);',
				'got = iov_iter_extract_pages(which, &pages, 1, 1, 0, &off);',
				'iov_iter_bvec(iter, READ, bv, nr, nr);',
				'saved = *iter;',
				'*iter = saved;',
				'which = iter;',
				'which = &saved;',
			],
			tests: ['flag', 'got < 0', 'iov_iter_extract_will_pin(iter)'],
		},
		of: ({ file, fn }) => new ReplacedIteratorDomain(fn, new Extractions(file)),
		notMonotone: BY_NAME,
	},
	{
		name: 'analysis/advanced-iterators.ts',
		vocabulary: {
			params: `${PAGES}, struct iov_iter *iter, struct iov_iter *other`,
			declarations: 'struct iov_iter *which; size_t off; ssize_t got, size;',
			statements: [
				'got = iov_iter_get_pages2(iter, pages, nr, nr, &off);',
				'size = iov_iter_get_pages2(which, pages, size, nr, &off);',
				'iov_iter_advance(iter, got);',
				'iov_iter_revert(iter, got);',
				'which = iter;',
				'which = other;',
				'size = got;',
				'got -= 1;',
				'example_fill(&size, iter);',
			],
			tests: ['flag', 'got < 0', 'size <= 0', '!got', 'size > 0'],
		},
		of: ({ file, fn }) => new AdvancedIteratorDomain(file, fn, 0),
		notMonotone: BY_NAME,
	},
	{
		name: 'analysis/object-pages.ts',
		vocabulary: {
			params: `${PAGES}, struct iov_iter *iter, struct bio *bio`,
			declarations: 'int ret;',
			statements: [
				'ret = bio_iov_iter_get_pages(bio, iter);',
				'bio_release_pages(bio, true);',
				'bio_put(bio);',
				'submit_bio(bio);',
				'ret = example_queue(bio);',
				'bio = example_next(nr);',
				'ret = 0;',
			],
			tests: ['flag', 'ret', 'ret < 0', '!nr', 'iov_iter_extract_will_pin(iter)'],
		},
		of: ({ file, fn }) => new ObjectPagesDomain(file, fn, [], new Set()),
		notMonotone: BY_NEED,
	},
	...(['mmap', 'atomic'] as const).map(
		(family): DomainUnderTest => ({
			name: `analysis/lock-transfer.ts (${family})`,
			vocabulary: {
				params: `${PAGES}, struct mm_struct *mm, spinlock_t *lock`,
				declarations: 'int ret;',
				statements: [
					'mmap_read_lock(mm);',
					'mmap_read_unlock(mm);',
					'ret = mmap_read_lock_killable(mm);',
					'spin_lock(lock);',
					'spin_unlock(lock);',
					'preempt_disable();',
					'preempt_enable();',
					'ret = nr;',
					'flag = 0;',
				],
				tests: ['flag', 'ret', 'ret < 0', 'mmap_read_trylock(mm)', '!spin_trylock(lock)'],
			},
			of: ({ file, fn }) =>
				new LockTransfer(fn, family, new LockAnalysis(file).around(family), INITIAL_STATE, new Set()),
			notMonotone: BY_NEED,
			// of two places that took one lock, or showed that none is held, the first is named
			observe: (state: LockDisjuncts) =>
				new Map([...state].map(([key, { known, pending }]) => [key, { known, pending }])),
		}),
	),
	{
		name: 'analysis/flags.ts',
		vocabulary: {
			params: `${PAGES}, unsigned int gup_flags, bool write`,
			declarations: 'unsigned int flags = 0;',
			statements: [
				'flags |= FOLL_WRITE;',
				'flags |= FOLL_LONGTERM;',
				'flags &= ~FOLL_WRITE;',
				'flags = gup_flags;',
				'flags = FOLL_FORCE | FOLL_WRITE;',
				'gup_flags = write ? FOLL_WRITE : 0;',
				'write = flag;',
				'flag++;',
				'get_user_pages_fast(0, nr, flags, pages);',
			],
			tests: ['flag', 'write', '!write', 'nr == 1'],
		},
		of: ({ file, fn }) => file.values.domain(fn, 0),
		notMonotone: BY_NEED,
		// where the bits of one value were written adds up
		observe: ({ values, facts }: { values: ReadonlyMap<string, FlagValue>; facts: PathConditions }) => ({
			values: new Map([...values].map(([name, value]) => [name, value.map((one) => [key(one), one.when])])),
			facts,
		}),
	},
	{
		name: 'conversion/sign-analysis.ts',
		vocabulary: {
			params: `${PAGES}, unsigned int size`,
			declarations: 'int i, left; long got;',
			statements: [
				'i = 0;',
				'i++;',
				'left = nr - i;',
				'left = size;',
				'got = i;',
				'left--;',
				'example_fill(&got);',
				'i = nr;',
			],
			tests: ['i < nr', 'left > 0', 'got >= 0', 'i == left', 'flag'],
		},
		of: ({ file, fn }) => new SignDomain(new Signs(file), fn, 0),
	},
];

export default domains;
