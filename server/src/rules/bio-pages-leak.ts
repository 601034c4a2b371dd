import type { FileContext } from '../analysis/context.js';
import { type ObjectPages, objectLeaks, objectsFilled } from '../analysis/object-pages.js';
import { everywhere, place } from '../analysis/walk.js';
import { BIO_PAGE_RELEASES } from '../kernel/bio.js';
import type { CallExpr, FunctionIR } from '../syntax/ir.js';
import type { Rule } from './rule.js';

/** Helpers of the file that are asked in turn. */
const MAX_DEPTH = 3;

/** The function, or one of the file that it calls, releases pages of a bio, or shares the bio with somebody. */
function mayRelease(file: FileContext, fn: FunctionIR, depth = 0): boolean {
	return fn.calls.some(({ name }) => {
		if (BIO_PAGE_RELEASES.has(name) || name === 'bio_get' || file.kernel.api(name)?.record.group === 'release')
			return true;
		const callee = depth < MAX_DEPTH && file.ir.defined.has(name) ? file.ir.lookup(name) : undefined;
		return callee !== undefined && callee !== fn && mayRelease(file, callee, depth + 1);
	});
}

/** The completions of the file that the function sets for the object: `bio->bi_end_io = example_end_io;` */
function completions(file: FileContext, fn: FunctionIR, name: string): readonly FunctionIR[] {
	const found = new Set<FunctionIR>();
	everywhere(fn, (expr) => {
		if (expr.kind !== 'assign' || !new Set([`${name}->bi_end_io`, `${name}.bi_end_io`]).has(place(expr.left) ?? ''))
			return;
		const given = place(expr.right);
		const callee = given && file.ir.defined.has(given) ? file.ir.lookup(given) : undefined;
		if (callee) found.add(callee);
	});
	return [...found];
}

const release = (taking: CallExpr): string =>
	taking.name === 'iov_iter_extract_bvecs'
		? 'unpin them if iov_iter_extract_will_pin() returned true'
		: `call ${taking.name === 'bio_iov_iter_bounce' ? 'bio_iov_iter_unbounce' : 'bio_release_pages'}() first`;

export const bioPagesLeak: Rule = {
	meta: {
		id: 'bio-pages-leak',
		title: 'Bio freed without releasing its user pages',
		severity: 'warning',
		needles: ['bio_iov_iter_get_pages', 'bio_iov_iter_bounce', 'iov_iter_extract_bvecs'],
		fix: 'none',
		versioned: false,
	},
	check(file, report) {
		const fill = ({ taking }: ObjectPages) => ({
			...taking.nameRange,
			message: `pages added by ${taking.name}() here`,
		});
		for (const [fn, filled] of objectsFilled(file)) {
			const { freed, exits } = objectLeaks(file, fn);
			for (const { pages, free } of freed)
				report({
					...free.nameRange,
					message: `${free.name}() frees ${pages.name} without releasing the pages of ${pages.taking.name}(), which leaks them; ${release(pages.taking)}`,
					related: [fill(pages)],
				});
			for (const { pages, exit, fails } of exits)
				report({
					...pages.taking.nameRange,
					message: `${pages.name}: pages of ${pages.taking.name}() are leaked on ${fails ? 'an error path' : 'a return path'}; ${release(pages.taking)}`,
					related: exit
						? [
								{
									start: exit.start,
									end: exit.end,
									message: `returns here without releasing the pages of ${pages.name}`,
								},
							]
						: [],
				});
			for (const pages of filled) {
				for (const done of completions(file, fn, pages.name)) {
					const [param] = done.params;
					if (!param || mayRelease(file, done)) continue;
					for (const { free } of objectLeaks(file, done, [{ ...pages, name: param.name }]).freed)
						report({
							...free.nameRange,
							message: `${free.name}() frees ${param.name} without releasing the pages of ${pages.taking.name}(), leaking them on each completion; call bio_release_pages() first`,
							related: [fill(pages)],
						});
				}
			}
		}
	},
};
