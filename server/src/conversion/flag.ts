/**
 * The answer of iov_iter_extract_will_pin(), from where pages are extracted to where they are given back: a local, a
 * parameter beside the pages, a field beside one that travels the same way.
 */
import { allCalls, callsOf } from '../analysis/callers.js';
import type { ApiCall, FileContext } from '../analysis/context.js';
import { isStoredWith } from '../analysis/discriminant/discriminant.js';
import type { Told } from '../analysis/discriminant/question.js';
import { integer, typeOfExpr } from '../analysis/integers.js';
import { leavesIterator } from '../analysis/iterator-keep.js';
import { locate } from '../analysis/page-places.js';
import { elementOf } from '../analysis/single-definition.js';
import { isParameter, localOf, parameterAt, variableType } from '../analysis/variables.js';
import { bare, everywhere, isNull, place, postorder, rootOf } from '../analysis/walk.js';
import type { Edit } from '../rules/rule.js';
import type { CallExpr, Expr, FunctionIR, Variable } from '../syntax/ir.js';
import { areTakenHere, isFresh, type Takers } from './activation.js';
import { pageParameter } from './callers.js';
import { keptIterator } from './kept-iterator.js';
import { before, blanks, columns, indentation, LINE, lineEnd } from './layout.js';
import { at } from './page-calls.js';
import { ConversionBlocked } from './plan.js';
import { type Presumptions, presumeIterator } from './presumptions.js';
import { hasRoom, isNested, isOverwritten, isStillThere, isTaken } from './room.js';
import { pathTo, type Statement, statementsOf } from './statements.js';
import { isAlwaysTold, isStoredAtOnce } from './stores.js';

/** A truth value among the fields of a record, in a line of its own. */
const BOOL_FIELD = /^([\t ]+)bool[\t ]+\w+(?:[\t ]*:[\t ]*1)?;[^\n]*$/gm;
const FLAG = 'need_unpin';
const ASKS = 'iov_iter_extract_will_pin';

/** Functions and objects that are gone through. */
const DEEPEST = 5;

/** A store to a field, with the statement's place. */
interface Store {
	readonly fn: FunctionIR;
	readonly left: Expr & { readonly kind: 'field' };
	readonly right: Expr;
}

/** A call that extracts, and the function it stands in. */
export interface Taking {
	readonly taking: ApiCall;
	readonly fn: FunctionIR;
}

export class FlagPlan {
	readonly edits: Edit[] = [];
	private readonly file: FileContext;
	/** Calls that only change together, each with its function. */
	private readonly takings: readonly Taking[];
	private readonly presumed: Presumptions | undefined;
	/** Expression that is the flag in a function; undefined while it is worked out. */
	private readonly known = new Map<string, string | undefined>();
	private readonly fields = new Set<string>();
	private readonly takers: Takers;

	/** @param presumed collects what a draft presumes; undefined: nothing is */
	constructor(file: FileContext, takings: readonly Taking[], presumed: Presumptions | undefined) {
		this.file = file;
		this.takings = takings;
		this.presumed = presumed;
		const byStart = new Map(takings.map(({ taking }) => [taking.call.start, taking]));
		this.takers = {
			file,
			takings: byStart,
			takes: (fn, { name, start }) => {
				const callee = name === fn.name ? undefined : file.ir.lookup(name);
				return byStart.has(start) || (callee !== undefined && this.reaches(callee));
			},
		};
	}

	/**
	 * The flag as an expression of `fn`, where the pages `pages` are given back.
	 * @throws Blocked where it does not get there
	 */
	in(fn: FunctionIR, call: CallExpr, pages: Expr, told?: Told): string {
		if (isTaken(this.file.text, FLAG)) throw new ConversionBlocked(`${FLAG} is already used as a name in this file`);
		const found = this.find(fn, call, pages, 0, told);
		if (found === undefined)
			throw new ConversionBlocked(`cannot tell ${fn.name}() whether the pages are pinned`, [
				at(call.nameRange, 'released here'),
			]);
		return found;
	}

	private find(fn: FunctionIR, call: CallExpr, pages: Expr, depth: number, told?: Told): string | undefined {
		if (depth > DEEPEST) return undefined;
		const isHere = this.reaches(fn) && areTakenHere(this.takers, fn, call, pages);
		return (
			(isHere ? this.once(fn, () => this.fromIterator(fn) ?? this.fromTaker(fn)) : undefined) ??
			(this.reaches(fn) ? undefined : this.once(fn, () => this.fromCallers(fn, pages, depth))) ??
			this.fromObject(fn, call, pages, told?.field) ??
			this.fromKeptIterator(fn, call, told) ??
			this.fromPresumedIterator(fn, call)
		);
	}

	/** What is found for a function is edited into it once. */
	private once(fn: FunctionIR, find: () => string | undefined): string | undefined {
		if (this.known.has(fn.name)) return this.known.get(fn.name);
		this.known.set(fn.name, undefined);
		const found = find();
		this.known.set(fn.name, found);
		return found;
	}

	private names(fn: FunctionIR): boolean {
		return [...fn.params, ...fn.locals].some(({ name }) => name === FLAG);
	}

	/** The function has the iterator itself: it asks before anything moves. */
	private fromIterator(fn: FunctionIR): string | undefined {
		const iter = this.iteratorOf(fn, 0);
		if (iter === undefined || this.names(fn)) return undefined;
		const asked = this.mayBeNone(fn, iter) ? `${iter} && ${ASKS}(${iter})` : `${ASKS}(${iter})`;
		this.declare(fn, `bool ${FLAG} = ${asked};`, undefined);
		return FLAG;
	}

	/** Somebody passes no iterator, or the function asks whether it has one. */
	private mayBeNone(fn: FunctionIR, iter: string): boolean {
		const position = parameterAt(fn, iter);
		const isNone = callsOf(this.file, fn.name).some(({ call }) => call.args[position] && isNull(call.args[position]));
		const asks = (test: Expr): boolean => {
			const at = bare(test);
			if (at.kind === 'name') return at.name === iter;
			if (at.kind === 'unary') return at.op === '!' && asks(at.operand);
			if (at.kind !== 'binary') return false;
			if (/^(?:&&|\|\|)$/.test(at.op)) return asks(at.left) || asks(at.right);
			return /^[!=]=$/.test(at.op) && isNull(at.right) && place(at.left) === iter;
		};
		return isNone || fn.blocks.some(({ test }) => test !== undefined && asks(test));
	}

	/** Name of the parameter of `fn` that is the iterator whose pages are extracted. */
	private iteratorOf(fn: FunctionIR, depth: number): string | undefined {
		const own = this.takings.flatMap(({ taking, fn: taker }) =>
			taker.name === fn.name ? (taking.arg('iter') ?? []) : [],
		);
		const passed = own.length > 0 ? own : depth > DEEPEST ? [] : this.passedDown(fn, depth);
		const names = new Set(passed.map((expr) => (bare(expr).kind === 'name' ? place(expr) : undefined)));
		const [name] = names;
		if (names.size !== 1 || name === undefined || !isParameter(fn, name)) return undefined;
		return leavesIterator(this.file, fn, name) ? name : undefined;
	}

	/** Iterators that `fn` passes to functions that take from them; none where one of these has its iterator from elsewhere. */
	private passedDown(fn: FunctionIR, depth: number): Expr[] {
		const passed = fn.calls.flatMap((call): (Expr | undefined)[] => {
			const callee = call.name === fn.name ? undefined : this.file.ir.lookup(call.name);
			if (!callee || !this.reaches(callee)) return [];
			const inner = this.iteratorOf(callee, depth + 1);
			return [inner === undefined ? undefined : call.args[parameterAt(callee, inner)]];
		});
		return passed.every((one) => one !== undefined) ? passed : [];
	}

	/** The function takes the pages, by itself or through functions it calls. */
	private reaches(fn: FunctionIR, depth = 0): boolean {
		if (this.takings.some(({ fn: taker }) => taker.name === fn.name)) return true;
		return (
			depth < DEEPEST &&
			fn.calls.some((call) => {
				const callee = call.name === fn.name ? undefined : this.file.ir.lookup(call.name);
				return callee !== undefined && this.reaches(callee, depth + 1);
			})
		);
	}

	/** The taking function tells its caller through a pointer already that there is something to give back. */
	private fromTaker(fn: FunctionIR): string | undefined {
		const { file } = this;
		const [only, another] = this.takings;
		if (!only || another) return undefined;
		const { taking, fn: taker } = only;
		const calls = fn.calls.filter((call) => call.name === taker.name);
		if (calls.length === 0 || !taker.isStatic || this.names(fn) || this.names(taker)) return undefined;
		const iter = this.iteratorOf(taker, 0);
		const told = taker.params.findIndex(
			({ type }) =>
				type.pointers === 1 &&
				integer({ ...type, pointers: 0 }, file.ir.typedefs) !== undefined &&
				this.isTold(type.base),
		);
		const param = taker.params[told];
		if (!iter || !param || !allCalls(file, taker) || this.isDeclared(taker)) return undefined;
		const stores = this.storesThrough(taker, param.name);
		const sets = stores.filter(({ right, start }) => !isNull(right) && start > taking.call.start);
		if (sets.length === 0 || stores.some((store) => !sets.includes(store) && !isNull(store.right))) return undefined;
		if (!isAlwaysTold(taker, taking.call, param.name)) return undefined;
		const variables = new Set(calls.map((call) => addressed(call.args[told])));
		const [name] = variables;
		const local = localOf(fn, name);
		if (
			variables.size !== 1 ||
			!local ||
			fn.loops.some((loop) => calls.some((call) => loop.start <= call.start && call.start < loop.end))
		)
			return undefined;
		for (const site of allCalls(file, taker) ?? []) if (site.fn.name !== fn.name) return undefined;
		for (const { start } of sets) this.after(taker, { start }, `*${FLAG} = ${ASKS}(${iter});`);
		this.beside(param, `bool *${FLAG}`);
		for (const call of calls) this.argument(call, told, `&${FLAG}`);
		this.declare(fn, `bool ${FLAG} = false;`, local);
		return FLAG;
	}

	private isTold(base: string): boolean {
		return /^(?:int|bool|unsigned int|unsigned)$/.test(base);
	}

	private storesThrough(fn: FunctionIR, name: string): { right: Expr; start: number; end: number }[] {
		const found: { right: Expr; start: number; end: number }[] = [];
		for (const expr of assignments(fn)) {
			const left = bare(expr.left);
			if (left.kind === 'unary' && left.op === '*' && place(left.operand) === name)
				found.push({ right: expr.right, start: expr.start, end: expr.end });
		}
		return found;
	}

	/** Whoever calls the function knows: it gets the flag beside the pages. */
	private fromCallers(fn: FunctionIR, pages: Expr, depth: number): string | undefined {
		const { file } = this;
		const position = pageParameter(fn, pages);
		const sites = position >= 0 && file.unit.isOwn(fn) ? allCalls(file, fn) : undefined;
		if (!sites || sites.length === 0 || this.names(fn) || this.isDeclared(fn)) return undefined;
		const flags = sites.map((site) => {
			const arg = site.call.args[position];
			return arg && this.find(site.fn, site.call, arg, depth + 1);
		});
		if (flags.includes(undefined)) return undefined;
		const last = fn.params.length - 1;
		this.beside(fn.params[last] as Variable, `bool ${FLAG}`);
		sites.forEach((site, i) => {
			this.argument(site.call, last, flags[i] as string);
		});
		return FLAG;
	}

	/**
	 * An object that the function has was set up where the flag is known: it keeps it beside a field that came the same way.
	 * @param tells the field that tells these pages from others, for which it is stored as well
	 */
	private fromObject(fn: FunctionIR, call: CallExpr, pages: Expr, tells: string | undefined): string | undefined {
		const own = this.ownerOf(fn, pages);
		for (const object of this.objectsOf(fn, call)) {
			const type = variableType(fn, object.name);
			const record = /^struct (\w+)$/.exec(type?.base ?? '')?.[1];
			if (!record || type?.pointers !== 1 || !isStillThere(fn, call, object.name)) continue;
			// pages in one object say nothing of another
			if (own && own !== object.name) continue;
			for (const field of object.fields) {
				const isUpToDate = (makers: readonly Store[]): boolean => {
					if (field === tells) return true;
					const asked = { file: this.file, takings: this.takers.takings, fn, call, pages };
					return own ? isStoredWith(asked, field) : makers.every((store) => this.isForNew(store));
				};
				const found = this.keptIn(fn, record, field, field === tells, isUpToDate);
				if (found !== undefined) return `${object.name}->${FLAG}`;
			}
		}
		return undefined;
	}

	/** The variable through which pages are reached that lie in a record of the file. */
	private ownerOf(fn: FunctionIR, pages: Expr): string | undefined {
		const at = locate(elementOf(fn, pages) ?? pages, fn, this.file.ir);
		if (at?.root.kind !== 'record') return undefined;
		const head = new RegExp(`\\b${at.root.name.replace(' ', '\\s+')}\\s*\\{`);
		return head.test(this.file.text) ? at.through?.name : undefined;
	}

	/** The object is made by the function that stores the field, behind the making: it is about pages of one activation. */
	private isForNew({ fn, left }: Store): boolean {
		const name = rootOf(place(left.object) ?? '');
		return isFresh(this.file, fn, name) && isStoredAtOnce(fn, name, left);
	}

	/** Pointers to records in a function with the fields that are read through them; those of the call first. */
	private objectsOf(fn: FunctionIR, call: CallExpr): { name: string; fields: string[] }[] {
		const found = new Map<string, Set<string>>();
		const add = (expr: Expr): void => {
			if (expr.kind !== 'field' || !expr.arrow || bare(expr.object).kind !== 'name') return;
			const name = place(expr.object) as string;
			found.set(name, (found.get(name) ?? new Set()).add(expr.field));
		};
		for (const arg of call.args) postorder(arg, add);
		everywhere(fn, add);
		return [...found].map(([name, fields]) => ({ name, fields: [...fields] }));
	}

	/** The object keeps the iterator, which is asked again. */
	private fromKeptIterator(fn: FunctionIR, call: CallExpr, told: Told | undefined): string | undefined {
		const [only, another] = this.takings;
		if (!only || another) return undefined;
		const iter = keptIterator(this.file, only.taking, only.fn, { fn, call, isOurs: told?.side === 'here' });
		return iter === undefined ? undefined : `${ASKS}(${iter})`;
	}

	/** A draft asks the iterator of an object of the same kind. */
	private fromPresumedIterator(fn: FunctionIR, call: CallExpr): string | undefined {
		const [only, another] = this.takings;
		if (!this.presumed || !only || another) return undefined;
		const iter = presumeIterator(this.presumed, only.taking, { fn, call });
		return iter === undefined ? undefined : `${ASKS}(${iter})`;
	}

	/**
	 * The field is stored, with every object of the record, in functions where the flag is known.
	 * @param tells it tells these pages from others, for which it is stored as well
	 * @param isUpToDate whether the stores say something of the pages, wherever they are released
	 */
	private keptIn(
		reader: FunctionIR,
		record: string,
		field: string,
		tells: boolean,
		isUpToDate: (makers: readonly Store[]) => boolean,
	): string | undefined {
		const { file } = this;
		const declaration = hasRoom(file, record) ? this.fieldLine(record, field) : undefined;
		if (declaration === undefined) return undefined;
		const key = `${record}.${field}`;
		const stores = this.storesTo(record, field);
		const makers = stores.filter(({ fn }) => fn.name !== reader.name && this.reaches(fn));
		// of a field that tells the pages apart, the other stores are for other pages
		if (makers.length === 0 || (!tells && makers.length !== stores.length)) return undefined;
		if (isOverwritten(file, record, new Map(makers.map(({ fn, left }) => [fn, left.start])))) return undefined;
		if (makers.some(({ fn }) => hasConditionals(file.text, fn)) || !isUpToDate(makers)) return undefined;
		if (this.fields.has(key)) return FLAG;
		const flags = makers.map(({ fn }) => this.once(fn, () => this.fromIterator(fn)));
		if (flags.includes(undefined) || file.ir.field(record, FLAG)) return undefined;
		this.fields.add(key);
		this.edits.push(declaration);
		makers.forEach(({ fn, left }, i) => {
			const object = file.slice(left.object);
			this.after(fn, left, `${object}${left.arrow ? '->' : '.'}${FLAG} = ${flags[i]};`);
		});
		return FLAG;
	}

	private storesTo(record: string, field: string): Store[] {
		return this.file.ir.naming(field).flatMap((fn) =>
			assignments(fn).flatMap((expr): Store[] => {
				const left = bare(expr.left);
				if (left.kind !== 'field' || left.field !== field) return [];
				const type = typeOfExpr(left.object, fn, this.file.ir);
				return type?.base === `struct ${record}` ? [{ fn, left, right: expr.right }] : [];
			}),
		);
	}

	/**
	 * A line for the flag in the definition of the record in the file itself: behind the last bool, where it moves nothing else that
	 * has to be aligned, else behind the field.
	 */
	private fieldLine(record: string, field: string): Edit | undefined {
		const own = this.file.text.slice(0, this.file.unit.own);
		const head = new RegExp(`^struct\\s+${record}\\s*\\{`, 'm').exec(own);
		const end = head ? own.indexOf('\n}', head.index) : -1;
		if (!head || end < 0) return undefined;
		const body = own.slice(head.index, end);
		const isOuter = ({ index }: { readonly index: number }): boolean => !isNested(own, head.index, head.index + index);
		const line = new RegExp(`^([\\t ]+)[^\\n;{}()]*\\b${field}(?:\\[[^\\n\\]]*\\])?;[^\\n]*$`, 'm').exec(body);
		if (!line || !isOuter(line)) return undefined;
		// one in an #if arm is not there in every kernel
		const bools = /^[\t ]*#/m.test(body) ? [] : [...body.matchAll(BOOL_FIELD)];
		return this.lineBehind(head.index, bools.findLast(isOuter) ?? line);
	}

	/** @param start of the text that the match was found in */
	private lineBehind(start: number, line: RegExpMatchArray): Edit {
		const own = this.file.text.slice(0, this.file.unit.own);
		const offset = start + (line.index ?? 0) + line[0].replace(/\r$/, '').length;
		return { start: offset, end: offset, text: `${lineEnd(own)}${line[1]}bool ${FLAG};` };
	}

	/** A prototype of its own would have to change as well. */
	private isDeclared({ name, nameRange }: FunctionIR): boolean {
		const { text, unit } = this.file;
		const own = text.slice(0, unit.own);
		const prototype = new RegExp(`^[A-Za-z_][^\\n;={}]{0,200}\\b${name}\\s*\\([^;{}]{0,2000}\\)\\s*;`, 'm').exec(own);
		return prototype !== null && prototype.index !== nameRange.start;
	}

	private beside({ end }: Variable, text: string): void {
		this.edits.push({ start: end, end, text: this.appended(end, text, 0) });
	}

	private argument({ args, argsRange }: CallExpr, position: number, text: string): void {
		const end = args[position]?.end;
		if (end === undefined) return;
		const behind = this.file.text.slice(end, argsRange.end).split('\n')[0]?.length ?? 0;
		this.edits.push({ start: end, end, text: this.appended(end, text, behind + 1) });
	}

	/** One more item of a list, in a line of its own where the others are or where it would be too long. */
	private appended(end: number, text: string, behind: number): string {
		const { file } = this;
		const line = before(file.text, end);
		const isAlone = /^[\t ]+[\w\s*]+$/.test(line);
		if (!isAlone && columns(`${line}, ${text}`) + Math.max(1, behind) <= LINE) return `, ${text}`;
		const open = line.lastIndexOf('(');
		const lead = open >= 0 ? blanks(columns(line.slice(0, open + 1))) : indentation(file.text, end);
		return `,${lineEnd(file.text)}${lead}${text}`;
	}

	/** A statement behind the one that an offset lies in. */
	private after(fn: FunctionIR, range: { readonly start: number }, text: string): void {
		const path = this.path(fn, range.start);
		const own = path.at(-1);
		const block = path.at(-2);
		if (own?.kind !== 'simple' || block?.kind !== 'block')
			throw new ConversionBlocked(`nowhere to keep the flag in ${fn.name}()`, [
				at({ start: range.start, end: range.start }, 'here'),
			]);
		const source = this.file.text;
		const lead = indentation(source, own.start);
		this.edits.push({ start: own.end, end: own.end, text: `${lineEnd(source)}${lead}${text}` });
	}

	/** A declaration among those at the top: behind the one it goes with, else where its length belongs. */
	private declare(fn: FunctionIR, text: string, like: Variable | undefined): void {
		const source = this.file.text;
		const root = this.path(fn, fn.body.start)[0];
		const first = root?.kind === 'block' ? root.body : [];
		const declared = new Set(fn.locals.map(({ start }) => start));
		const tops: Statement[] = [];
		for (const statement of first) {
			const isDeclaration =
				statement.kind === 'simple' && [...declared].some((start) => statement.start <= start && start < statement.end);
			// asked before anything is taken
			if (!isDeclaration || this.takesWithin(fn, statement)) break;
			tops.push(statement);
		}
		const beside = like && tops.find(({ start, end }) => start <= like.start && like.start < end);
		const place = beside ?? tops.findLast(({ start, end }) => end - start >= text.length) ?? undefined;
		if (place) {
			const lead = indentation(source, place.start);
			this.edits.push({ start: place.end, end: place.end, text: `${lineEnd(source)}${lead}${text}` });
			return;
		}
		const open = fn.body.start + 1;
		const blank = tops.length > 0 ? '' : lineEnd(source);
		this.edits.push({ start: open, end: open, text: `${lineEnd(source)}\t${text}${blank}` });
	}

	private takesWithin(fn: FunctionIR, { start, end }: Statement): boolean {
		return fn.calls.some((call) => start <= call.start && call.start < end && this.takers.takes(fn, call));
	}

	private path(fn: FunctionIR, offset: number): readonly Statement[] {
		const root = statementsOf(this.file.text, fn.body);
		if (!root) throw new ConversionBlocked(`could not parse all of ${fn.name}()`, [at(fn.nameRange, 'this function')]);
		return pathTo(root, offset);
	}
}

/** What stands in an arm of an #if is not there in every kernel. */
function hasConditionals(text: string, { body }: FunctionIR): boolean {
	return /^[\t ]*#[\t ]*(?:if|el|endif)/m.test(text.slice(body.start, body.end));
}

function assignments(fn: FunctionIR): (Expr & { readonly kind: 'assign' })[] {
	const found: (Expr & { readonly kind: 'assign' })[] = [];
	const visit = (expr: Expr): void => {
		if (expr.kind === 'assign') found.push(expr);
	};
	everywhere(fn, visit);
	return found;
}

/** `&name` */
function addressed(expr: Expr | undefined): string | undefined {
	const at = expr && bare(expr);
	return at?.kind === 'unary' && at.op === '&' ? place(at.operand) : undefined;
}

/** Calls of a function that only gives back what it is given; undefined for one that does more. */
export function callsOfPureRelease(
	file: FileContext,
	fn: FunctionIR,
	releases: ReadonlySet<number>,
): readonly { readonly fn: FunctionIR; readonly call: CallExpr }[] | undefined {
	const pure = fn.calls.length > 0 && fn.calls.every((call) => releases.has(call.start));
	const sites = pure ? callsOf(file, fn.name) : [];
	return sites.length > 0 ? sites : undefined;
}
