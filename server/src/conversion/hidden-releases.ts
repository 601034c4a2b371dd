/** Releases that are no call of a releasing function with these pages: by a value, a number, an address, or in a function that is not seen. */
import { inCode } from '../analysis/code-words.js';
import type { FileContext } from '../analysis/context.js';
import { typeOfExpr } from '../analysis/integers.js';
import { levelOf } from '../analysis/page-places.js';
import { isLocal } from '../analysis/variables.js';
import { bare, everywhere, isNull, postorder, valuesOf } from '../analysis/walk.js';
import { ADDRESSES } from '../kernel/function-models.js';
import {
	ADOPTS_ADDRESS,
	FREES_ADDRESS,
	RELEASES,
	RELEASES_NUMBER,
	SOUNDS_LIKE_RELEASE,
} from '../kernel/release-models.js';
import { listCall } from '../kernel/sinks/index.js';
import type { CallExpr, Expr, FunctionIR } from '../syntax/ir.js';
import { isKnownCall, type Seen, written } from './other-holders.js';
import { at, callsNamed } from './page-calls.js';
import { ConversionBlocked } from './plan.js';

type FieldExpr = Extract<Expr, { kind: 'field' }>;

/** Blanks, folds of a line, and comments of a length that somebody writes. */
const GAP = String.raw`(?:\s|\\\r?\n|/\*(?:[^*]|\*(?!/)){0,1000}\*/|//[^\n]{0,1000}\n)*`;

const NAMED = new RegExp(String.raw`(?<![.>\w])(?:${[...RELEASES.keys()].join('|')})\b(?!${GAP}(?:\)${GAP})?\()`);

/** What an expression is, or what the local variable that it names was set to. */
function valuesBehind(fn: FunctionIR, expr: Expr): Expr[] {
	const value = bare(expr);
	return value.kind === 'name' && isLocal(fn, value.name) ? [expr, ...valuesOf(fn, value.name)] : [expr];
}

/** The field that an address or a list is in: `va` of `buf->va[i]` and of `&buf->va[i]`. */
function fieldOf(fn: FunctionIR, expr: Expr): string | undefined {
	return fieldBehind(fn, expr)?.field;
}

function fieldBehind(fn: FunctionIR, expr: Expr): FieldExpr | undefined {
	for (const value of valuesBehind(fn, expr)) {
		const inner = bare(value);
		const place = written(inner.kind === 'unary' && inner.op === '&' ? inner.operand : inner);
		if (place.kind === 'field') return place;
	}
	return undefined;
}

function isDefined(text: string, record: string): boolean {
	return new RegExp(`\\b${record}\\s*\\{`).test(text);
}

class HiddenReleases {
	private readonly seen: Seen;
	private readonly file: FileContext;
	/** Fields that addresses of the pages are stored in, and those of lists they are part of, with the place. */
	private readonly addresses = new Map<string, Expr>();
	private readonly lists = new Map<string, Expr>();

	constructor(seen: Seen) {
		this.seen = seen;
		this.file = seen.file;
	}

	find(): void {
		const named = inCode(this.file.text, NAMED);
		if (named)
			throw new ConversionBlocked(
				`${this.file.slice(named)}() is passed on as a function, which may release these pages`,
				[at(named, 'here')],
			);
		const fields = this.seen.fields();
		const holders = this.around(fields.map(({ field }) => field));
		for (const fn of holders) everywhere(fn, (part) => this.note(fn, part));
		this.freed();
		const records = new Set(fields.map(({ record }) => record));
		const tags = [...records].map((record) => record.replace(/^(?:struct|union) /, ''));
		const knowing = tags.flatMap((tag) => this.file.ir.knowing(tag));
		for (const fn of new Set([
			...holders,
			...this.around([...this.addresses.keys(), ...this.lists.keys()]),
			...knowing,
		]))
			for (const call of fn.calls) if (!this.file.ir.lookup(call.name)) this.unseen(fn, call, records);
	}

	/** Functions that take the pages or name one of the fields. */
	private around(fields: readonly string[]): ReadonlySet<FunctionIR> {
		return new Set([...this.seen.near([]), ...fields.flatMap((field) => this.file.ir.naming(field))]);
	}

	/** `page_address(page)`, or a variable with it. */
	private isAddressOfOurs(fn: FunctionIR, expr: Expr): boolean {
		let found = false;
		for (const value of valuesBehind(fn, expr))
			postorder(value, (part) => {
				if (part.kind === 'call' && ADDRESSES.has(part.name) && part.args[0])
					found ||= this.seen.origin(fn, part.args[0]).ours;
			});
		return found;
	}

	private note(fn: FunctionIR, part: Expr): void {
		if (part.kind === 'call') {
			const list = listCall(part.name);
			const into = list?.into === undefined ? undefined : part.args[list.into];
			const from = list && part.args[list.from];
			const field = into && fieldOf(fn, into);
			if (field && from && this.seen.origin(fn, from).ours) this.lists.set(field, part);
		}
		if (part.kind !== 'assign' || part.op !== '=') return;
		const left = written(part.left);
		if (left.kind !== 'field') return;
		this.adopted(fn, left, part);
		if (this.isAddressOfOurs(fn, part.right)) this.addresses.set(left.field, part);
		const { right } = part;
		const isNumber = right.kind === 'cast' && right.type.pointers === 0 && !right.type.array;
		if (isNumber && levelOf(bare(right), fn, this.file.ir) === 'page' && this.seen.origin(fn, bare(right)).ours)
			throw new ConversionBlocked(`${left.field} keeps a page as a number, by which it may be released elsewhere`, [
				at(part, 'stored here'),
			]);
	}

	/** The array is stored in an object of other code, by which nothing here releases the pages. */
	private adopted(fn: FunctionIR, left: FieldExpr, part: Extract<Expr, { kind: 'assign' }>): void {
		const { ir } = this.file;
		const right = bare(part.right);
		if (levelOf(right, fn, ir) !== 'array' || isNull(right)) return;
		const record = typeOfExpr(left.object, fn, ir);
		const root = bare(left.object);
		const isOther = record?.base.startsWith('struct ') && !isDefined(this.file.text, record.base);
		if (!isOther || (root.kind === 'name' && isLocal(fn, root.name) && record?.pointers === 0)) return;
		if (!this.seen.origin(fn, right).ours || this.isReleasedBy(left.field, record?.base)) return;
		throw new ConversionBlocked(
			`${left.field} of ${record?.base}, whose owner may release the pages, gets them in ${fn.name}()`,
			[at(part, 'stored here')],
		);
	}

	/** A release that is seen comes to its pages by the field. */
	private isReleasedBy(field: string, record: string | undefined): boolean {
		return [...callsNamed(this.file, RELEASES.keys())].some(({ fn, call }) => {
			const pages = call.args[RELEASES.get(call.name) ?? 0];
			const from = pages && fieldBehind(fn, pages);
			return from?.field === field && typeOfExpr(from.object, fn, this.file.ir)?.base === record;
		});
	}

	/** What is in a field with an address of the pages goes to the allocator. */
	private freed(): void {
		for (const { fn, call } of callsNamed(this.file, FREES_ADDRESS))
			for (const arg of call.args) {
				const stored = this.addresses.get(fieldOf(fn, arg) ?? '');
				if (stored)
					throw new ConversionBlocked(`${call.name}() in ${fn.name}() gives a page to the allocator by its address`, [
						at(call.nameRange, 'released by the address'),
						at(stored, 'the address is stored here'),
					]);
			}
	}

	/** A function without a definition that releases by its name, or gets an object as a whole. */
	private unseen(fn: FunctionIR, call: CallExpr, records: ReadonlySet<string>): void {
		const isRelease =
			RELEASES_NUMBER.test(call.name) || (SOUNDS_LIKE_RELEASE.test(call.name) && !isKnownCall(this.file, fn, call));
		for (const arg of call.args) {
			if (isNull(arg)) continue;
			if (ADOPTS_ADDRESS.test(call.name) && this.isAddressOfOurs(fn, arg))
				throw new ConversionBlocked(
					`ownership transferred: ${call.name}() gets a page by its address, and its owner puts it`,
					[at(call.nameRange, 'passed here')],
				);
			const whole = bare(arg);
			const isCopy = whole.kind === 'unary' && whole.op === '*';
			const type = isCopy || isRelease ? typeOfExpr(whole, fn, this.file.ir) : undefined;
			const isObject = type !== undefined && records.has(type.base) && type.pointers === (isCopy ? 0 : 1);
			const field = isRelease ? fieldOf(fn, arg) : undefined;
			const isView = field !== undefined && (this.addresses.has(field) || this.lists.has(field));
			if (isObject || isView || (isRelease && this.isAddressOfOurs(fn, arg)))
				throw new ConversionBlocked(`${call.name}() may release the pages: its definition was not found`, [
					at(call.nameRange, isView ? 'it gets where they are' : 'it gets the object with the pages'),
				]);
		}
	}
}

/** @throws Blocked with the first that is found */
export function hiddenReleases(seen: Seen): void {
	new HiddenReleases(seen).find();
}
