/** What a call does with the pages it is given. */

import { HANDLES } from '../../kernel/function-models.js';
import {
	addressTaker,
	type Direction,
	deviceCall,
	directionOf,
	freesHolder,
	insertion,
	keepsNothing,
	type Lasting,
	type ListCall,
	listCall,
	loadsFrom,
	looksAtPage,
	namedRelease,
	newOwner,
	owningType,
	storesInto,
	toDeviceOrder,
	unmaps,
	viewOf,
} from '../../kernel/sinks/index.js';
import { type CallExpr, type Expr, type FunctionIR, span } from '../../syntax/ir.js';
import { memoize } from '../../syntax/memoize.js';
import { onOneLine } from '../../syntax/one-line.js';
import { nonFormatArguments } from '../format-arguments.js';
import { parameterAt, variableType } from '../variables.js';
import { bare, everywhere, initialised, isNull, place, postorder, rootOf, valuesOf, walkedIn } from '../walk.js';
import type { ExpressionTransfer } from './expression-transfer.js';
import type { FunctionSummary, Seed } from './frame.js';
import { ADDRESS, CONTENTS, type DerivationSet, LIST, LOCAL_MAPPING, NONE, PAGE } from './kinds.js';
import { definitions, isWithin, objectOf, restOf, toCallee, toCaller } from './paths.js';
import { taken } from './site.js';
import { type Derivation, forget, put, released, withoutMappings } from './state.js';
import { storageDurationOf } from './storage-duration.js';
import { callView } from './views.js';

const DATA = CONTENTS | LOCAL_MAPPING;

/** The taking call, or the call of a function that takes, inside a test. */
export function callIn(test: Expr, { site, producer }: Seed): CallExpr | undefined {
	let found: CallExpr | undefined;
	if (!site && !producer) return undefined;
	postorder(test, (expr) => {
		if (expr.kind === 'call' && (expr === site?.call || (producer && expr.name === producer.name))) found = expr;
	});
	return found;
}

/** What a call returns of the pages, with all its effects. */
export function transferCall(transfer: ExpressionTransfer, call: CallExpr): DerivationSet {
	const { frame } = transfer;
	const { site, producer } = frame.reason;
	if (call.name === 'WRITE_ONCE' && call.args[0] && call.args[1])
		return transfer.assign(call.args[0], call.args[1], call.nameRange);
	if (!call.name) transfer.evaluate(call.callee);
	const kinds = call.args.map((arg) => transfer.evaluate(arg));
	if (call === site?.call) return seed(transfer, call);
	if (producer && call.name === producer.name) return applySummary(transfer, call, producer.effects, true);
	if (frame.trace.file.ir.defined.has(call.name)) return transferInternalCall(transfer, call, kinds);
	return applyModel(transfer, call, kinds);
}

/** The taking call: from here on its places hold pages. */
function seed(transfer: ExpressionTransfer, call: CallExpr): DerivationSet {
	const { frame } = transfer;
	const { arg, kinds, returns } = taken(frame.reason.site as NonNullable<Seed['site']>);
	transfer.state = { ...transfer.state, held: true, result: undefined };
	const path = arg && transfer.path(arg);
	if (arg && path) {
		transfer.hold(arg, path, kinds, call.nameRange);
		for (const [other, expr] of earlierCopies(frame.fn, arg)) {
			const copy = transfer.path(expr);
			if (copy && copy.text !== path.text && other < call.start) transfer.hold(expr, copy, kinds, call.nameRange);
		}
	}
	return returns;
}

/** Where a variable is copied into a field: the offset of the copy and the field. */
type FieldCopies = ReadonlyMap<string, readonly (readonly [at: number, field: Expr])[]>;

/** Fields that variables are copied into, by the name of the variable. */
const fieldCopies = memoize((fn: FunctionIR): FieldCopies => {
	const found = new Map<string, [number, Expr][]>();
	const add = (value: Expr, at: number, field: Expr): void => {
		const name = place(value);
		if (name === undefined) return;
		const copies = found.get(name);
		if (copies) copies.push([at, field]);
		else found.set(name, [[at, field]]);
	};
	for (const block of fn.blocks)
		for (const step of block.steps) {
			for (const [field, value] of initialised(step)) add(value, value.start, field);
			const expr = step.kind === 'eval' ? step.expr : undefined;
			if (expr?.kind === 'assign' && expr.op === '=' && bare(expr.left).kind === 'field')
				add(expr.right, expr.start, expr.left);
		}
	return found;
});

/** Fields that were given the array before it was filled. */
function earlierCopies(fn: FunctionIR, pages: Expr): readonly (readonly [at: number, field: Expr])[] {
	const name = place(pages);
	const type = name === undefined ? undefined : variableType(fn, name);
	if (!name || !type || type.pointers + (type.array ? 1 : 0) < 2) return [];
	return fieldCopies(fn).get(name) ?? [];
}

/** A function of this file: follow it with what it gets. */
function transferInternalCall(
	transfer: ExpressionTransfer,
	call: CallExpr,
	kinds: readonly DerivationSet[],
): DerivationSet {
	const { trace } = transfer.frame;
	const callee = trace.file.ir.lookup(call.name);
	const entry = callee && entryOf(transfer, call, callee, kinds);
	if (!callee || !entry || entry.size === 0) return NONE;
	const effects = callee.hasNoSyntaxErrors ? trace.summary(callee, entry, transfer.frame.depth + 1) : undefined;
	if (!effects) {
		noteEscape(transfer, call, kinds);
		return NONE;
	}
	return applySummary(transfer, call, effects, false);
}

/** What the parameters of a function of this file hold when it is called here. */
function entryOf(
	transfer: ExpressionTransfer,
	call: CallExpr,
	callee: FunctionIR,
	kinds: readonly DerivationSet[],
): Map<string, Derivation> {
	const entry = new Map<string, Derivation>();
	callee.params.forEach(({ name }, i) => {
		const arg = call.args[i];
		if (!arg) return;
		const path = transfer.path(arg);
		const whole = kinds[i] ?? NONE;
		if (whole !== NONE)
			entry.set(name, { kinds: whole, keys: (path && transfer.state.places.get(path.text)?.keys) ?? [] });
		if (!path) return;
		for (const [other, held] of transfer.state.places)
			if (isWithin(other, path.text)) entry.set(toCallee(other.slice(path.text.length), path, name), held);
	});
	for (const [path, held] of transfer.state.places) if (!transfer.frame.isOwn(rootOf(path))) entry.set(path, held);
	return entry;
}

/** What a function of this file leaves behind. */
function applySummary(
	transfer: ExpressionTransfer,
	call: CallExpr,
	effects: FunctionSummary,
	takes: boolean,
): DerivationSet {
	const { frame } = transfer;
	const callee = frame.trace.file.ir.lookup(call.name);
	const before = transfer.state;
	if (!takes && before.held && !effects.held) transfer.state = released(transfer.state);
	else if (takes) transfer.state = { ...before, held: before.held || effects.held, result: undefined };
	for (const [path, held] of effects.places) {
		const index = callee ? parameterAt(callee, rootOf(path)) : -1;
		const arg = call.args[index];
		const target = index < 0 ? path : outwardOf(transfer, arg, restOf(path));
		if (!target) continue;
		transfer.state = put(transfer.state, target, held);
		if (before.places.get(target)?.kinds !== held.kinds) frame.noteAssigned(target, call.nameRange);
	}
	frame.results.set(call, effects);
	return effects.returns;
}

function outwardOf(transfer: ExpressionTransfer, arg: Expr | undefined, rest: string): string | undefined {
	const path = arg && transfer.path(arg);
	return path && toCaller(rest, path);
}

/** A function of another file, or of the kernel: what the tables know of it. */
function applyModel(transfer: ExpressionTransfer, call: CallExpr, kinds: readonly DerivationSet[]): DerivationSet {
	const { name } = call;
	const at = (index: number | undefined): DerivationSet => (index === undefined ? NONE : (kinds[index] ?? NONE));
	const reach = (index: number): DerivationSet => {
		const arg = call.args[index];
		return arg ? at(index) | transfer.evaluateWithFields(arg) : NONE;
	};
	if (filed(transfer, call) || opened(transfer, call)) return NONE;
	if (!kinds.some((k) => k !== NONE) && !call.args.some((arg) => transfer.evaluateWithFields(arg) !== NONE))
		return NONE;
	if (isRelease(transfer, call, kinds)) return NONE;
	if (toDevice(transfer, call, reach)) return NONE;
	const list = listCall(name);
	if (list) return toList(transfer, call, list, at, reach) && list.into === undefined ? LIST : NONE;
	const owner = newOwner(name);
	if (owner && reach(owner.arg) & (PAGE | LIST)) {
		transfer.move(call.nameRange, `${name}() transfers them to ${owner.who}, whose owner puts them`);
		return NONE;
	}
	if (unmaps(name)) {
		transfer.state = withoutMappings(transfer.state);
		return NONE;
	}
	if (freesHolder(name)) {
		const path = call.args[0] && transfer.path(call.args[0]);
		if (path) transfer.state = forget(transfer.state, path.text);
		return NONE;
	}
	if (byCpu(transfer, call, at)) return NONE;
	const view = viewOf(name);
	if (view) {
		const of = at(view.from);
		if (view.view === 'address' && of & PAGE) pageOnly(transfer, call, `${name}() reads their address`);
		if (toDeviceOrder(name) && of & ADDRESS) device(transfer, call, 'stores their address in a device descriptor');
		return callView(transfer, call);
	}
	if (looksAtPage(name)) {
		if (kinds.some((k) => k & PAGE)) pageOnly(transfer, call, `${name}() reads the struct page`);
		return NONE;
	}
	if (!keepsNothing(name)) noteEscape(transfer, call, kinds);
	return NONE;
}

function isRelease(transfer: ExpressionTransfer, call: CallExpr, kinds: readonly DerivationSet[]): boolean {
	const known = transfer.frame.trace.isRelease(call.name);
	if (!known && !namedRelease(call.name)) return false;
	const of = kinds.reduce<DerivationSet>((all, k) => all | k, NONE);
	if (!(of & (PAGE | LIST)) && !(known && of & ADDRESS)) return false;
	transfer.frame.note({ ...span(call.nameRange), kind: 'released', text: `${call.name}() releases them` });
	transfer.state = released(transfer.state);
	return true;
}

function device(
	transfer: ExpressionTransfer,
	call: CallExpr,
	does: string,
	direction: Direction = 'unknown',
	lasting?: Lasting,
): void {
	const text = `${call.name || 'the callback'}() ${does}`;
	transfer.frame.note({ ...span(call.nameRange), kind: 'device', text, direction, lasting });
}

function toDevice(transfer: ExpressionTransfer, call: CallExpr, reach: (index: number) => DerivationSet): boolean {
	const known = deviceCall(call.name);
	if (known) {
		if (reach(known.arg) === NONE && (known.into === undefined || reach(known.into) === NONE)) return false;
		const { direction, counts } = known;
		const way =
			typeof direction === 'number'
				? wayOf(transfer, call.args[direction])
				: counts
					? wayOfCounts(call.args[counts.read], call.args[counts.written])
					: (direction ?? 'unknown');
		device(transfer, call, known.does, way, known.lasting);
		return true;
	}
	const taker = addressTaker(call.name);
	if (!taker || !call.args.some((_, i) => reach(i) & (ADDRESS | LIST | PAGE))) return false;
	device(transfer, call, taker.does, 'unknown', taker.lasting);
	return true;
}

/** The direction an argument has on every path; through a variable that is given one constant. */
function wayOf(transfer: ExpressionTransfer, arg: Expr | undefined): Direction {
	const at = arg && bare(arg);
	if (at?.kind !== 'name') return 'unknown';
	const known = directionOf(at.name);
	if (known) return known;
	const [value, ...others] = definitions(transfer.frame.fn).get(at.name) ?? [];
	const constant = value && others.length === 0 ? bare(value) : undefined;
	return (constant?.kind === 'name' && directionOf(constant.name)) || 'unknown';
}

/** All lists go one way when there are none of the other. */
function wayOfCounts(read: Expr | undefined, written: Expr | undefined): Direction {
	if (read && isNull(read)) return 'from-device';
	return written && isNull(written) ? 'to-device' : 'unknown';
}

function toList(
	transfer: ExpressionTransfer,
	call: CallExpr,
	list: ListCall,
	at: (index: number | undefined) => DerivationSet,
	reach: (index: number) => DerivationSet,
): boolean {
	if (reach(list.from) === NONE || (at(list.from) === NONE && list.into === undefined)) return false;
	transfer.frame.note({
		...span(call.nameRange),
		kind: 'listed',
		text: `${call.name}() adds them to an I/O list`,
	});
	const target = list.into === undefined ? undefined : call.args[list.into];
	const path = target && transfer.path(target);
	if (!target || !path) return true;
	const owner = owningType(variableType(transfer.frame.fn, rootOf(path.text))?.base ?? '');
	if (owner) transfer.move(call.nameRange, `${call.name}() transfers them to ${owner}, whose owner puts them`);
	else {
		transfer.hold(target, path, LIST, call.nameRange);
		for (const walked of walkedBy(transfer.frame.fn, target)) {
			const whole = transfer.path(walked);
			if (whole) transfer.hold(walked, whole, LIST, call.nameRange);
		}
	}
	return true;
}

/** The list that a local cursor was set to the first entry of. */
function walkedBy(fn: FunctionIR, cursor: Expr): readonly Expr[] {
	const at = bare(cursor);
	if (at.kind !== 'name' || parameterAt(fn, at.name) >= 0) return [];
	return [...valuesOf(fn, at.name), ...walkedIn(fn, at.name)].filter((value) => bare(value).kind === 'field');
}

/** The object that holds the pages is filed where others find it. */
function filed(transfer: ExpressionTransfer, call: CallExpr): boolean {
	const { frame } = transfer;
	const row = insertion(call.name);
	const entry = row && call.args[row.entry];
	const into = row && call.args[row.into];
	if (!entry || !into) return false;
	const node = transfer.path(entry);
	const where = transfer.path(into);
	if (!node) return false;
	const object = node.ref ? objectOf(node.text) : node.text;
	if (transfer.evaluatePure(entry) === NONE && !transfer.holdsWithin(object)) return false;
	const life = where ? storageDurationOf(where.text, frame.fn, frame.trace.file.ir) : 'object';
	// a list on the stack, or one the caller brings along to collect
	const lasts = life === 'global' || life === 'object' || (life === 'parameter' && restOf(where?.text ?? '') !== '');
	if (lasts)
		frame.note({
			...span(call.nameRange),
			kind: 'registered',
			life,
			text: `${call.name}() keeps them in ${object}`,
		});
	return true;
}

/** The object that holds the pages is that of a file, until user space closes it. */
function opened(transfer: ExpressionTransfer, call: CallExpr): boolean {
	const { frame } = transfer;
	if (!HANDLES.has(call.name)) return false;
	const kept = call.name === 'dma_buf_export' ? exportedBy(frame.fn, call) : [call.args[2]];
	const object = kept.map((one) => one && transfer.path(one)?.text).find((path) => path && transfer.holdsWithin(path));
	if (object === undefined) return false;
	frame.note({
		...span(call.nameRange),
		kind: 'registered',
		life: 'object',
		text: `${call.name}() keeps them in ${object}`,
	});
	return true;
}

/** What becomes `dmabuf->priv`: `exp_info.priv = buf` before `dma_buf_export(&exp_info)`. */
function exportedBy(fn: FunctionIR, { args: [info] }: CallExpr): readonly Expr[] {
	const at = info && bare(info);
	const name = at?.kind === 'unary' && at.op === '&' ? place(at.operand) : undefined;
	const found: Expr[] = [];
	everywhere(fn, (expr) => {
		const left = expr.kind === 'assign' && expr.op === '=' ? bare(expr.left) : undefined;
		if (expr.kind === 'assign' && left?.kind === 'field' && left.field === 'priv' && place(left.object) === name)
			found.push(expr.right);
	});
	return name === undefined ? [] : found;
}

function byCpu(
	transfer: ExpressionTransfer,
	call: CallExpr,
	at: (index: number | undefined) => DerivationSet,
): boolean {
	const { name, nameRange } = call;
	const into = storesInto(name);
	const from = loadsFrom(name);
	// of functions that take an address, an array of page pointers is no data
	const takesPages = /page|folio|zero_user|highpage|^sg_/.test(name);
	const wanted = takesPages ? DATA | PAGE | LIST : DATA;
	let found = false;
	if (at(into) & wanted) {
		transfer.frame.note({ ...span(nameRange), kind: 'write', text: `${name}() writes to them` });
		found = true;
	}
	if (at(from) & wanted) {
		transfer.frame.note({ ...span(nameRange), kind: 'read', text: `${name}() reads from them` });
		found = true;
	}
	return found || into !== undefined || from !== undefined;
}

function pageOnly(transfer: ExpressionTransfer, call: CallExpr, text: string): void {
	transfer.frame.note({ ...span(call.nameRange), kind: 'page-only', text });
}

/** A method of such a name is asked about the page itself: `ops->is_own(page)`. */
const QUESTION =
	/^(?:is|has|owns?|knows?|contains?|match(?:es)?|same|equals?|belongs)(?:_|$)|_(?:is|owns|contains|matches|belongs)(?:_|$)|_(?:index|idx|id|nid|pfn)$/;

function isQuestion(name: string): boolean {
	return QUESTION.test(name);
}

function noteEscape(transfer: ExpressionTransfer, call: CallExpr, kinds: readonly DerivationSet[]): void {
	if (!transfer.frame.isRecording) return;
	const args = nonFormatArguments(call);
	const all = kinds.slice(0, args.length).reduce<DerivationSet>((sum, k) => sum | k, NONE);
	const inner = args.reduce<DerivationSet>((sum, arg) => sum | transfer.evaluateWithFields(arg), NONE);
	if ((all | inner) === NONE) return;
	const method = call.name ? undefined : bare(call.callee);
	if (method?.kind === 'field' && isQuestion(method.field) && ((all | inner) & ~(PAGE | ADDRESS)) === NONE) {
		pageOnly(transfer, call, `${method.field}() only identifies them`);
		return;
	}
	const callee = call.name ? `${call.name}()` : `${onOneLine(transfer.frame.trace.file.slice(call.nameRange))}()`;
	transfer.frame.note({
		...span(call.nameRange),
		kind: 'handed',
		text: `passed to ${callee}`,
		address: ((all | inner) & ~ADDRESS) === NONE,
		listed: all === NONE && (inner & ~(ADDRESS | LIST)) === NONE,
	});
}
