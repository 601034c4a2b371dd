/** What a conversion assumes of files that were not analysed with it: that nothing else acquires or releases the pages. */
import { callsOf } from '../analysis/callers.js';
import type { FileContext } from '../analysis/context.js';
import { functionIndexOf } from '../syntax/function-index.js';
import type { Expr, FunctionIR } from '../syntax/ir.js';
import type { SiblingFile } from '../syntax/linked-unit.js';
import { pageParameter } from './callers.js';
import type { ConversionScope } from './conversion-scope.js';
import { DEFINES } from './macros.js';
import type { Assumptions } from './plan.js';

/** Callers through which a parameter is followed. */
const DEEPEST = 4;

/** Functions that release pages, or store some, by their name alone. */
const GIVES_BACK =
	/put_page|put_pages|release_page|free_page|unpin|folio_put|set_page_dirty|get_user_page|pin_user_page|iov_iter_(?:get|extract)_page|alloc_page|get_page/;

/** Who has one is told of changes of the page tables. Source: include/linux/mmu_notifier.h. */
const NOTIFIER = /\bstruct mmu_(?:interval_)?notifier\b/;

type Releaser = Assumptions['functions'][number];

/** Functions that release the pages they are passed: whoever calls them is part of it. */
function releasers(file: FileContext, fn: FunctionIR, pages: Expr, found: Map<string, Releaser>, depth = 0): void {
	const position = pageParameter(fn, pages);
	if (position < 0 || depth > DEEPEST) return;
	// of the file's own static functions every call is seen
	if (!file.unit.isOwn(fn) || !fn.isStatic) found.set(fn.name, { name: fn.name, only: homeOf(file, fn) });
	for (const site of callsOf(file, fn.name)) {
		const arg = site.call.args[position];
		if (arg) releasers(file, site.fn, arg, found, depth + 1);
	}
}

/** The file whose static function it is: in the unit the word is blanked out. */
function homeOf(file: FileContext, fn: FunctionIR): string | undefined {
	const { from, offset } = file.unit.sourceOf(fn.start);
	const header = from?.text.slice(offset, offset + fn.nameRange.start - fn.start) ?? '';
	// what a header defines, whoever includes it may call
	return /\bstatic\b/.test(header) && !from?.path.endsWith('.h') ? from?.path : undefined;
}

export function assumptionsOf(file: FileContext, { releases, reached, leaving }: ConversionScope): Assumptions {
	const functions = new Map<string, Releaser>();
	for (const { fn, pages } of releases) releasers(file, fn, pages, functions);
	for (const { name } of leaving) functions.set(name, { name, only: undefined });
	const fields = new Map(reached.map((one) => [`${stemOf(one.record)}.${one.field}`, one]));
	return { functions: [...functions.values()], fields: [...fields.values()] };
}

/** Code elsewhere that acquires or releases the pages. */
export interface AssumptionViolation {
	readonly path: string;
	/** The function that does so. */
	readonly name: string;
	/** From 1. */
	readonly line: number;
	readonly why: string;
}

/** A quick look whether a file may object. */
export function mayViolate(text: string, { functions, fields }: Assumptions): boolean {
	if (functions.some(({ name }) => text.includes(name))) return true;
	const gives = GIVES_BACK.test(text);
	const isTold = NOTIFIER.test(text);
	return fields.some(
		({ record, field }) =>
			text.includes(stemOf(record)) &&
			(isTold || (gives && (text.includes(`->${field}`) || text.includes(`.${field}`)))),
	);
}

/** Name of a struct without what its tag and the name of its type do not share. */
export function stemOf(record: string): string {
	return record.replace(/^(?:struct|union) /, '').replace(/^_+/, '');
}

/** The struct by its tag, or by what is usual for the name of its type. */
function naming(record: string): RegExp {
	return new RegExp(`\\b_*${stemOf(record)}(?:_t|_s)?\\b`);
}

/**
 * Functions of other files that speak against it.
 * @param seen names of the functions that were analysed with the file
 * @param version of the kernel
 */
export function violationsOf(
	claims: Assumptions,
	files: readonly SiblingFile[],
	seen: ReadonlySet<string>,
	version: string,
): AssumptionViolation[] {
	return files.flatMap((from) => {
		if (!mayViolate(from.text, claims)) return [];
		const macros = [...from.text.matchAll(DEFINES)].flatMap(
			({ 0: text, 1: name = '', index }): AssumptionViolation[] => {
				const used = claims.fields.find(({ field }) => new RegExp(`(?:->|\\.)\\s*${field}\\b`).test(text));
				if (!used || !GIVES_BACK.test(text)) return [];
				return [
					{
						path: from.path,
						name,
						line: from.text.slice(0, index).split('\n').length,
						why: `releases pages and uses ${used.field}`,
					},
				];
			},
		);
		const functions = [...functionIndexOf(from, { version }).values()].flat().flatMap((fn): AssumptionViolation[] => {
			const told = claims.fields.find(
				({ record }) => NOTIFIER.test(fn.piece.text) && naming(record).test(fn.piece.text),
			);
			if (seen.has(fn.name) && !told) return [];
			const line = from.text.slice(0, fn.piece.start).split('\n').length;
			const called = claims.functions.find(({ name, only }) => (only ?? from.path) === from.path && fn.calls.has(name));
			if (called) return [{ path: from.path, name: fn.name, line, why: `also calls ${called.name}()` }];
			if (told)
				return [
					{
						path: from.path,
						name: fn.name,
						line,
						why: `has an MMU notifier and uses ${told.record}`,
					},
				];
			const releases = [...fn.calls].some((name) => GIVES_BACK.test(name));
			const used = claims.fields.find(
				({ record, field }) => releases && fn.usesField(field) && naming(record).test(fn.piece.text),
			);
			return used
				? [
						{
							path: from.path,
							name: fn.name,
							line,
							why: `acquires or releases pages and uses ${used.field} of ${used.record}`,
						},
					]
				: [];
		});
		return [...macros, ...functions];
	});
}
