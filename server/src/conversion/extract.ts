/** iov_iter_get_pages2() and its _alloc2 as iov_iter_extract_pages(): the arguments, the array, what a failure leaves behind. */
import type { ApiCall, FileContext } from '../analysis/context.js';
import { iteratorKind } from '../analysis/iterator-kind.js';
import { localOf, variableType } from '../analysis/variables.js';
import { bare } from '../analysis/walk.js';
import type { Edit } from '../rules/rule.js';
import type { Expr, FunctionIR, Range } from '../syntax/ir.js';
import type { ConversionScope } from './conversion-scope.js';
import { callsOfPureRelease, FlagPlan } from './flag.js';
import { before, indentation, call as layOut, lineEnd } from './layout.js';
import { definesMacro } from './macros.js';
import { at, type PageCall } from './page-calls.js';
import { ConversionBlocked } from './plan.js';
import { hasEffects, rewriteReleases } from './rewrite-releases.js';
import { contents, pathTo, type Statement, statementsOf } from './statements.js';
import { dropUnused } from './unused.js';

/** UTF-16 units of a declaration before the value. */
const LONGEST_DECLARATION = 300;

export const EXTRACT = 'iov_iter_extract_pages';

/** The edits of all sides. */
export interface Extracted {
	readonly take: readonly Edit[];
	readonly flag: readonly Edit[];
	readonly release: readonly Edit[];
}

function block(
	file: FileContext,
	fn: FunctionIR,
	offset: number,
): { own: Statement; around: Statement & { kind: 'block' } } {
	const root = statementsOf(file.text, fn.body);
	const path = root ? pathTo(root, offset) : [];
	const inner = path.findLastIndex(({ kind }) => kind === 'block');
	const around = path[inner];
	const own = path[inner + 1];
	const here = { start: offset, end: offset };
	if (around?.kind !== 'block' || !own || (own.kind !== 'simple' && own.kind !== 'if'))
		throw new ConversionBlocked(`${fn.name}() acquires the pages inside a larger statement`, [
			at(here, 'acquired here'),
		]);
	if (own.kind === 'if' && !(own.test.start <= offset && offset < own.test.end))
		throw new ConversionBlocked(`${fn.name}() acquires the pages in an unbraced branch`, [at(here, 'acquired here')]);
	return { own, around };
}

/** A name for a pointer to the array that the function has no other use for. */
function freeName({ text }: FileContext, fn: FunctionIR): string {
	const taken = new Set(text.slice(fn.start, fn.end).match(/\w+/g));
	const isFree = (name: string): boolean => !taken.has(name) && !definesMacro(text, name);
	const found = ['pages', 'page_list', 'extracted', 'extracted_pages'].find(isFree);
	if (found === undefined) throw new ConversionBlocked(`no free name for the array in ${fn.name}()`);
	return found;
}

/** A failing extraction frees the array it has allocated, and clears the pointer. Read in lib/iov_iter.c: 7.3.4 does, 6.12.117 does not. */
function freesItself({ kernel }: FileContext): boolean {
	return kernel.atLeast('7.3') && !kernel.assumed;
}

class Extraction {
	private readonly edits: Edit[] = [];
	/** Statements that run before the call. */
	private readonly first: string[] = [];
	private readonly file: FileContext;
	private readonly taking: ApiCall;
	private readonly fn: FunctionIR;

	constructor(file: FileContext, taking: ApiCall, fn: FunctionIR) {
		this.file = file;
		this.taking = taking;
		this.fn = fn;
	}

	done(): readonly Edit[] {
		const { file, taking } = this;
		const { call, arg } = taking;
		const allocates = call.name.includes('_alloc');
		const pages = arg('pages');
		const [iter, maxsize, offset] = [arg('iter'), arg('maxsize'), arg('offset')];
		const maxpages = arg('maxpages');
		if (!pages || !iter || !maxsize || !offset || (!allocates && !maxpages) || taking.shape !== taking.api.signature)
			throw new ConversionBlocked(`the arguments of ${call.name}() do not match this kernel`, [
				at(call.nameRange, 'called here'),
			]);
		const array = allocates ? this.allocated(pages) : this.given(pages);
		const args = [
			file.slice(iter),
			array,
			file.slice(maxsize),
			maxpages ? file.slice(maxpages) : 'INT_MAX',
			'0',
			file.slice(offset),
		];
		const lead = before(file.text, call.start);
		const behind = /^[^\n/]*/.exec(file.text.slice(call.end))?.[0].trimEnd().length ?? 0;
		const text = layOut(lead, EXTRACT, args, behind, lineEnd(file.text));
		if (this.first.length === 0 || !this.splitDeclaration(args)) {
			this.edits.push({ start: call.start, end: call.end, text });
			this.runBefore();
		}
		return this.edits;
	}

	private runBefore(): void {
		if (this.first.length === 0) return;
		const { file, fn, taking } = this;
		const { own } = block(file, fn, taking.call.start);
		const lead = indentation(file.text, own.start);
		const text = this.first.map((line) => `${line}${lineEnd(file.text)}${lead}`).join('');
		this.edits.push({ start: own.start, end: own.start, text });
	}

	/** A declaration with the call as its value is taken apart where something has to run before. */
	private splitDeclaration(args: readonly string[]): boolean {
		const { file, fn, taking } = this;
		const { own, around } = block(file, fn, taking.call.start);
		const declares = (at: Statement | undefined): boolean =>
			at !== undefined && fn.locals.some(({ start }) => at.start <= start && start < at.end);
		if (!declares(own)) return false;
		const written = file.text.slice(own.start, Math.min(taking.call.start, own.start + LONGEST_DECLARATION));
		const [, declaration, name] = /^([\w\s*]*?\b(\w+))\s*=\s*$/.exec(written) ?? [];
		const isAll = file.text.slice(taking.call.end, own.end).trim() === ';';
		if (!declaration || !isAll || declares(around.body[around.body.indexOf(own) + 1]))
			throw new ConversionBlocked(`${fn.name}() acquires the pages in a declaration`, [
				at(taking.call.nameRange, 'acquired here'),
			]);
		const [lead, end] = [indentation(file.text, own.start), lineEnd(file.text)];
		const lines = this.first.map((line) => `${line}${end}${lead}`).join('');
		const gap = /^\r?\n(?=\r?\n)/.exec(file.text.slice(own.end))?.[0].length ?? 0;
		const text = layOut(`${lead}${name} = `, EXTRACT, args, 1, end);
		this.edits.push({
			start: own.start + declaration.length,
			end: own.end + gap,
			text: `;${end}${end}${lead}${lines}${name} = ${text};`,
		});
		return true;
	}

	/** The function allocates the array: it starts with none, and after a failure it is the caller's to free. */
	private allocated(pages: Expr): string {
		const { file, fn, taking } = this;
		const at_ = bare(pages);
		const target =
			at_.kind === 'unary' && at_.op === '&'
				? file.slice(at_.operand)
				: `*${/^\w+$/.test(file.slice(pages)) ? file.slice(pages) : `(${file.slice(pages)})`}`;
		const { own, around } = block(file, fn, taking.call.start);
		this.first.push(`${target} = NULL;`);
		this.failure(own, around.body[around.body.indexOf(own) + 1], target);
		return file.slice(pages);
	}

	private failure(own: Statement, next: Statement | undefined, target: string): void {
		const { file, fn, taking } = this;
		const test = own.kind === 'if' ? own : next;
		const written = test?.kind === 'if' ? file.slice(test.test) : '';
		const result = own.kind === 'simple' ? this.result(own) : undefined;
		const tested = /^(?:unlikely\s*\(\s*)?(.+?)\s*<=?\s*0\s*\)?$/.exec(written)?.[1];
		const fails = own.kind === 'if' ? tested !== undefined : result !== undefined && isSameText(tested, result);
		if (test?.kind !== 'if' || !fails)
			throw new ConversionBlocked(`${fn.name}() has no error path on which to free the array`, [
				at(taking.call.nameRange, 'acquired here'),
			]);
		// nothing but an error: after a 0, some kinds of iterators leave the array
		if (freesItself(file) && !/<=\s*0\s*\)?$/.test(written)) return;
		const end = lineEnd(file.text);
		const lead = indentation(file.text, test.start);
		const [first] = contents(test.then);
		const frees = [`kvfree(${target});`, `${target} = NULL;`];
		if (test.then.kind === 'block' && first) {
			this.edits.push({
				start: first.start,
				end: first.start,
				text: frees.map((line) => `${line}${end}${lead}\t`).join(''),
			});
			return;
		}
		if (test.otherwise)
			throw new ConversionBlocked(`nowhere to free the array after a failure in ${fn.name}()`, [
				at(test.test, 'tested here'),
			]);
		const from = file.text.slice(0, test.then.start).trimEnd().length;
		const body = [...frees, file.slice(test.then)].map((line) => `${end}${lead}\t${line}`).join('');
		this.edits.push({ start: from, end: test.then.end, text: ` {${body}${end}${lead}}` });
	}

	/** What the statement with the call assigns its result to, as it is written: "ret", "io->len"; of a declaration the variable. */
	private result(own: Statement): string | undefined {
		const { file, fn, taking } = this;
		const written = file.text.slice(own.start, taking.call.start);
		const [, target] = /^(?:[\w\s*]*?\b)??((?:\w+(?:->|\.))*\w+)\s*=\s*$/.exec(written) ?? [];
		const declared = fn.locals.find(({ start }) => own.start <= start && start < own.end);
		return declared ? declared.name : target;
	}

	/** The function fills the array it is given: it wants the address of a pointer to it. */
	private given(pages: Expr): string {
		const { file, fn } = this;
		const at = bare(pages);
		const name = at.kind === 'name' ? at.name : undefined;
		const type = name === undefined ? undefined : variableType(fn, name);
		if (type && !type.array && type.pointers === 2) return `&${name}`;
		const pointer = freeName(file, fn);
		const inner = at.kind === 'unary' && at.op === '&' ? bare(at.operand) : at;
		const local = inner.kind === 'name' ? localOf(fn, inner.name) : undefined;
		const root = statementsOf(file.text, fn.body);
		const declaration = local && root ? pathTo(root, local.start).at(-1) : undefined;
		const text = `struct page **${pointer} = ${file.slice(pages)};`;
		if (declaration?.kind === 'simple') {
			const lead = indentation(file.text, declaration.start);
			this.edits.push({ start: declaration.end, end: declaration.end, text: `${lineEnd(file.text)}${lead}${text}` });
		} else {
			const open = fn.body.start + 1;
			this.edits.push({ start: open, end: open, text: `${lineEnd(file.text)}\tstruct page **${pointer};` });
			this.first.push(`${pointer} = ${file.slice(pages)};`);
		}
		return `&${pointer}`;
	}
}

/** Only pages of user space come through the iterator: every extraction pins. */
export function isForUsers(file: FileContext, taking: ApiCall, fn: FunctionIR): boolean {
	const iter = taking.arg('iter');
	return iter !== undefined && iteratorKind(file, fn, taking.call, iter) === 'user';
}

/** But for blanks. */
function isSameText(a: string | undefined, b: string): boolean {
	return a?.replace(/\s/g, '') === b.replace(/\s/g, '');
}

function indented(text: string, end: string): string {
	return text.replaceAll(end, `${end}\t`);
}

/** The counting loop that does nothing but release: the question whether to is asked once, before it. */
function loopOf(
	file: FileContext,
	fn: FunctionIR,
	path: readonly Statement[],
	release: Range,
	flag: string,
): Statement | undefined {
	const loop = path.findLast(({ kind }) => kind === 'loop');
	if (loop?.kind !== 'loop' || loop.word !== 'for') return undefined;
	const [only, ...more] = contents(loop.body);
	if (!only || more.length > 0 || only.start !== release.start) return undefined;
	const outer = path[path.indexOf(loop) - 1];
	if (outer?.kind !== 'block' || /\/[*/]|#/.test(file.text.slice(loop.start, loop.end))) return undefined;
	const head = file.text.slice(loop.start, loop.body.start);
	const index = /^for\s*\(\s*(\w+)\s*=(?!=)/.exec(head)?.[1];
	// the index is not asked for behind the loop, and what is asked does not change with it
	const again = fn.loops.some(({ start, end }) => start < loop.start && loop.end <= end);
	if (!index || again || new RegExp(`\\b${index}\\b`).test(flag) || changes(head, flag)) return undefined;
	const behind = file.text.slice(loop.end, fn.body.end);
	const next = new RegExp(`\\b${index}\\b(?!\\s*=(?!=))`).exec(behind.replace(forsOf(index), ''));
	return next ? undefined : loop;
}

/** Loops that give the index a value first. */
function forsOf(index: string): RegExp {
	return new RegExp(`\\bfor\\s*\\(\\s*${index}\\s*=[\\s\\S]*`);
}

/** The head of the loop moves the object that is asked. */
function changes(head: string, flag: string): boolean {
	const object = /(\w+)(?:->|\.)/.exec(flag)?.[1];
	return object !== undefined && new RegExp(`\\b${object}\\s*=(?!=)|\\b${object}\\+\\+`).test(head);
}

/** `if (flag)` before what gives pages back. */
function guarded(file: FileContext, fn: FunctionIR, { start, end, text }: Edit, flag: string): Edit {
	const root = statementsOf(file.text, fn.body);
	const path = root ? pathTo(root, start) : [];
	const own = path.findLast((statement) => statement.start <= start && end <= statement.end);
	const here = { start, end };
	const isWhole = own !== undefined && own.start === start && /^\s*;?\s*$/.test(file.text.slice(end, own.end));
	if (!isWhole)
		throw new ConversionBlocked(`${fn.name}() releases the pages inside a larger statement`, [at(here, 'here')]);
	// the "else" would go to the new test
	const outer = path.slice(path.findLastIndex(({ kind }) => kind === 'block') + 1);
	if (outer.some((one) => one.kind === 'if' && one.otherwise && one.then.start <= start && start < one.then.end))
		throw new ConversionBlocked(`${fn.name}() releases the pages in an unbraced branch`, [at(here, 'here')]);
	const lead = indentation(file.text, start);
	const parent = outer.at(-2);
	const around = loopOf(file, fn, path, { start, end }, flag);
	if (around) {
		const loop = `${file.text.slice(around.start, start)}${text}${file.text.slice(end, around.end)}`;
		const moved = indented(loop, lineEnd(file.text));
		const outside = `{${lineEnd(file.text)}${indentation(file.text, around.start)}\t${moved}`;
		const closed = `${outside}${lineEnd(file.text)}${indentation(file.text, around.start)}}`;
		return { start: around.start, end: around.end, text: `if (${flag}) ${closed}` };
	}
	const gap = parent?.kind === 'if' && parent.otherwise === own ? /\belse(\s*)$/.exec(file.text.slice(0, start)) : null;
	if (gap)
		return { start: start - (gap[1] as string).length, end, text: ` if (${flag})${lineEnd(file.text)}${lead}${text}` };
	const inner = indented(text, '\n');
	return { start, end, text: `if (${flag})${lineEnd(file.text)}${lead}\t${inner}` };
}

/** A release without its folds: what is marked dirty stays, whether the pages are pinned or not. */
function releaseEdits(file: FileContext, releases: readonly PageCall[], plan: FlagPlan | undefined): Edit[] {
	const starts = new Set(releases.map(({ call }) => call.start));
	const sites = new Map<number, Edit>();
	const rewritten = rewriteReleases(file, releases, true);
	const edits = rewritten.map(({ edit, kind, after, fn }, i) => {
		const { call, pages, told } = releases[i] as PageCall;
		if (!plan) return edit;
		const outside = file.unit.isOwn(fn) ? undefined : callsOfPureRelease(file, fn, starts);
		const guardedCalls = outside ? outside.map((site) => site.call) : [call];
		const acting = guardedCalls.find((one) => one.args.some(hasEffects));
		if (acting)
			throw new ConversionBlocked(`an argument of ${acting.name}() has side effects`, [
				at(acting.nameRange, 'released here'),
			]);
		const whole = kind === 'expression' ? { start: call.start, end: call.end, text: after } : edit;
		if (!outside) return guarded(file, fn, whole, plan.in(fn, call, pages, told));
		for (const site of outside) {
			const [arg = pages] = site.call.args;
			const { start, end } = site.call;
			const flag = plan.in(site.fn, site.call, arg);
			sites.set(start, guarded(file, site.fn, { start, end, text: file.slice(site.call) }, flag));
		}
		return edit;
	});
	const all = [...edits, ...sites.values()];
	const unused = new Map<number, Edit>();
	for (const { fn, index } of rewritten) {
		const dropped = index === undefined ? undefined : dropUnused(file.text, fn, index, all);
		if (dropped) unused.set(dropped.start, dropped);
	}
	return [...all, ...unused.values()];
}

/**
 * All edits that turn the taking calls of a handling into extractions.
 * @throws Blocked where the answer whether pages are pinned does not reach a release
 */
export function extraction(file: FileContext, { takings, releases, presumed }: ConversionScope): Extracted {
	const all = takings.flatMap((taking) => (taking.fn ? { taking, fn: taking.fn } : []));
	const functions = new Set(all.map(({ fn }) => fn));
	if (all.length !== takings.length || functions.size !== all.length)
		throw new ConversionBlocked(
			'one release is shared by pages of several calls',
			takings.map(({ call }) => at(call.nameRange, 'acquired here')),
		);
	const take = all.flatMap(({ taking, fn }) => new Extraction(file, taking, fn).done());
	const isAllOfUsers = all.every(({ taking, fn }) => isForUsers(file, taking, fn));
	const plan = isAllOfUsers ? undefined : new FlagPlan(file, all, presumed);
	const release = releaseEdits(file, releases, plan);
	return { take, flag: plan?.edits ?? [], release };
}
