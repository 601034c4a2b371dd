/** What a call does with the pages it is given. */

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
import type { CallExpr, Expr, FunctionIR } from '../../syntax/ir.js';
import { memoize } from '../../syntax/memoize.js';
import { unprinted } from '../prints.js';
import { parameterAt, variableType } from '../variables.js';
import { bare, initialised, isNull, place, postorder, rootOf } from '../walk.js';
import { type Eyes, span } from './eyes.js';
import type { Effects, Reason } from './frame.js';
import { ADDRESS, CONTENTS, type Kinds, LIST, NONE, PAGE, WINDOW } from './kinds.js';
import { lifeOf } from './lifetime.js';
import { definitions, inward, isWithin, objectOf, outward, restOf } from './paths.js';
import { taken } from './site.js';
import { type Entry, forget, put, released, withoutMappings } from './state.js';
import { callView } from './views.js';

const DATA = CONTENTS | WINDOW;

/** The taking call, or the call of a function that takes, inside a test. */
export function callIn(test: Expr, { site, producer }: Reason): CallExpr | undefined {
	let found: CallExpr | undefined;
	if (!site && !producer) return undefined;
	postorder(test, (expr) => {
		if (expr.kind === 'call' && (expr === site?.call || (producer && expr.name === producer.name))) found = expr;
	});
	return found;
}

/** What a call returns of the pages, with all its effects. */
export function callSeen(eyes: Eyes, call: CallExpr): Kinds {
	const { frame } = eyes;
	const { site, producer } = frame.reason;
	if (call.name === 'WRITE_ONCE' && call.args[0] && call.args[1])
		return eyes.assign(call.args[0], call.args[1], call.nameRange);
	if (!call.name) eyes.see(call.callee);
	const kinds = call.args.map((arg) => eyes.see(arg));
	if (call === site?.call) return seed(eyes, call);
	if (producer && call.name === producer.name) return applied(eyes, call, producer.effects, true);
	if (frame.trace.file.ir.defined.has(call.name)) return own(eyes, call, kinds);
	return outside(eyes, call, kinds);
}

/** The taking call: from here on its places hold pages. */
function seed(eyes: Eyes, call: CallExpr): Kinds {
	const { frame } = eyes;
	const { arg, kinds, returns } = taken(frame.reason.site as NonNullable<Reason['site']>);
	eyes.state = { ...eyes.state, held: true, result: undefined };
	const path = arg && eyes.path(arg);
	if (arg && path) {
		eyes.hold(arg, path, kinds, call.nameRange);
		for (const [other, expr] of earlierCopies(frame.fn, arg)) {
			const copy = eyes.path(expr);
			if (copy && copy.text !== path.text && other < call.start) eyes.hold(expr, copy, kinds, call.nameRange);
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
function own(eyes: Eyes, call: CallExpr, kinds: readonly Kinds[]): Kinds {
	const { trace } = eyes.frame;
	const callee = trace.file.ir.lookup(call.name);
	const entry = callee && entryOf(eyes, call, callee, kinds);
	if (!callee || !entry || entry.size === 0) return NONE;
	const effects = callee.clean ? trace.summary(callee, entry, eyes.frame.depth + 1) : undefined;
	if (!effects) {
		handed(eyes, call, kinds);
		return NONE;
	}
	return applied(eyes, call, effects, false);
}

/** What the parameters of a function of this file hold when it is called here. */
function entryOf(eyes: Eyes, call: CallExpr, callee: FunctionIR, kinds: readonly Kinds[]): Map<string, Entry> {
	const entry = new Map<string, Entry>();
	callee.params.forEach(({ name }, i) => {
		const arg = call.args[i];
		if (!arg) return;
		const path = eyes.path(arg);
		const whole = kinds[i] ?? NONE;
		if (whole !== NONE) entry.set(name, { kinds: whole, keys: (path && eyes.state.places.get(path.text)?.keys) ?? [] });
		if (!path) return;
		for (const [other, held] of eyes.state.places)
			if (isWithin(other, path.text)) entry.set(inward(other.slice(path.text.length), path, name), held);
	});
	for (const [path, held] of eyes.state.places) if (!eyes.frame.isOwn(rootOf(path))) entry.set(path, held);
	return entry;
}

/** What a function of this file leaves behind. */
function applied(eyes: Eyes, call: CallExpr, effects: Effects, takes: boolean): Kinds {
	const { frame } = eyes;
	const callee = frame.trace.file.ir.lookup(call.name);
	const before = eyes.state;
	if (!takes && before.held && !effects.held) eyes.state = released(eyes.state);
	else if (takes) eyes.state = { ...before, held: before.held || effects.held, result: undefined };
	for (const [path, held] of effects.places) {
		const index = callee ? parameterAt(callee, rootOf(path)) : -1;
		const arg = call.args[index];
		const target = index < 0 ? path : outwardOf(eyes, arg, restOf(path));
		if (!target) continue;
		eyes.state = put(eyes.state, target, held);
		if (before.places.get(target)?.kinds !== held.kinds) frame.noteAssigned(target, call.nameRange);
	}
	frame.results.set(call, effects);
	return effects.returns;
}

function outwardOf(eyes: Eyes, arg: Expr | undefined, rest: string): string | undefined {
	const path = arg && eyes.path(arg);
	return path && outward(rest, path);
}

/** A function of another file, or of the kernel: what the tables know of it. */
function outside(eyes: Eyes, call: CallExpr, kinds: readonly Kinds[]): Kinds {
	const { name } = call;
	const at = (index: number | undefined): Kinds => (index === undefined ? NONE : (kinds[index] ?? NONE));
	const reach = (index: number): Kinds => {
		const arg = call.args[index];
		return arg ? at(index) | eyes.reaches(arg) : NONE;
	};
	if (filed(eyes, call)) return NONE;
	if (!kinds.some((k) => k !== NONE) && !call.args.some((arg) => eyes.reaches(arg) !== NONE)) return NONE;
	if (isRelease(eyes, call, kinds)) return NONE;
	if (toDevice(eyes, call, reach)) return NONE;
	const list = listCall(name);
	if (list) return toList(eyes, call, list, at, reach) && list.into === undefined ? LIST : NONE;
	const owner = newOwner(name);
	if (owner && reach(owner.arg) & (PAGE | LIST)) {
		eyes.move(call.nameRange, `${name}() transfers them to ${owner.who}, whose owner puts them`);
		return NONE;
	}
	if (unmaps(name)) {
		eyes.state = withoutMappings(eyes.state);
		return NONE;
	}
	if (freesHolder(name)) {
		const path = call.args[0] && eyes.path(call.args[0]);
		if (path) eyes.state = forget(eyes.state, path.text);
		return NONE;
	}
	if (byCpu(eyes, call, at)) return NONE;
	const view = viewOf(name);
	if (view) {
		const of = at(view.from);
		if (view.view === 'address' && of & PAGE) pageOnly(eyes, call, `${name}() reads their address`);
		if (toDeviceOrder(name) && of & ADDRESS) device(eyes, call, 'stores their address in a device descriptor');
		return callView(eyes, call);
	}
	if (looksAtPage(name)) {
		if (kinds.some((k) => k & PAGE)) pageOnly(eyes, call, `${name}() reads the struct page`);
		return NONE;
	}
	if (!keepsNothing(name)) handed(eyes, call, kinds);
	return NONE;
}

function isRelease(eyes: Eyes, call: CallExpr, kinds: readonly Kinds[]): boolean {
	const known = eyes.frame.trace.isRelease(call.name);
	if (!known && !namedRelease(call.name)) return false;
	const of = kinds.reduce<Kinds>((all, k) => all | k, NONE);
	if (!(of & (PAGE | LIST)) && !(known && of & ADDRESS)) return false;
	eyes.frame.note({ ...span(call.nameRange), kind: 'released', text: `${call.name}() releases them` });
	eyes.state = released(eyes.state);
	return true;
}

function device(eyes: Eyes, call: CallExpr, does: string, direction: Direction = 'unknown', lasting?: Lasting): void {
	const text = `${call.name || 'the callback'}() ${does}`;
	eyes.frame.note({ ...span(call.nameRange), kind: 'device', text, direction, lasting });
}

function toDevice(eyes: Eyes, call: CallExpr, reach: (index: number) => Kinds): boolean {
	const known = deviceCall(call.name);
	if (known) {
		if (reach(known.arg) === NONE && (known.into === undefined || reach(known.into) === NONE)) return false;
		const { direction, counts } = known;
		const way =
			typeof direction === 'number'
				? wayOf(eyes, call.args[direction])
				: counts
					? wayOfCounts(call.args[counts.read], call.args[counts.written])
					: (direction ?? 'unknown');
		device(eyes, call, known.does, way, known.lasting);
		return true;
	}
	const taker = addressTaker(call.name);
	if (!taker || !call.args.some((_, i) => reach(i) & (ADDRESS | LIST | PAGE))) return false;
	device(eyes, call, taker.does, 'unknown', taker.lasting);
	return true;
}

/** The direction an argument has on every path; through a variable that is given one constant. */
function wayOf(eyes: Eyes, arg: Expr | undefined): Direction {
	const at = arg && bare(arg);
	if (at?.kind !== 'name') return 'unknown';
	const known = directionOf(at.name);
	if (known) return known;
	const [value, ...others] = definitions(eyes.frame.fn).get(at.name) ?? [];
	const constant = value && others.length === 0 ? bare(value) : undefined;
	return (constant?.kind === 'name' && directionOf(constant.name)) || 'unknown';
}

/** All lists go one way when there are none of the other. */
function wayOfCounts(read: Expr | undefined, written: Expr | undefined): Direction {
	if (read && isNull(read)) return 'from-device';
	return written && isNull(written) ? 'to-device' : 'unknown';
}

function toList(
	eyes: Eyes,
	call: CallExpr,
	list: ListCall,
	at: (index: number | undefined) => Kinds,
	reach: (index: number) => Kinds,
): boolean {
	if (reach(list.from) === NONE || (at(list.from) === NONE && list.into === undefined)) return false;
	eyes.frame.note({ ...span(call.nameRange), kind: 'listed', text: `${call.name}() adds them to an I/O list` });
	const target = list.into === undefined ? undefined : call.args[list.into];
	const path = target && eyes.path(target);
	if (!target || !path) return true;
	const owner = owningType(variableType(eyes.frame.fn, rootOf(path.text))?.base ?? '');
	if (owner) eyes.move(call.nameRange, `${call.name}() transfers them to ${owner}, whose owner puts them`);
	else eyes.hold(target, path, LIST, call.nameRange);
	return true;
}

/** The object that holds the pages is filed where others find it. */
function filed(eyes: Eyes, call: CallExpr): boolean {
	const { frame } = eyes;
	const row = insertion(call.name);
	const entry = row && call.args[row.entry];
	const into = row && call.args[row.into];
	if (!entry || !into) return false;
	const node = eyes.path(entry);
	const where = eyes.path(into);
	if (!node) return false;
	const object = node.ref ? objectOf(node.text) : node.text;
	if (eyes.glance(entry) === NONE && !eyes.holdsWithin(object)) return false;
	const life = where ? lifeOf(where.text, frame.fn, frame.trace.file.ir) : 'object';
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

function byCpu(eyes: Eyes, call: CallExpr, at: (index: number | undefined) => Kinds): boolean {
	const { name, nameRange } = call;
	const into = storesInto(name);
	const from = loadsFrom(name);
	// of functions that take an address, an array of page pointers is no data
	const takesPages = /page|folio|zero_user|highpage|^sg_/.test(name);
	const wanted = takesPages ? DATA | PAGE | LIST : DATA;
	let found = false;
	if (at(into) & wanted) {
		eyes.frame.note({ ...span(nameRange), kind: 'write', text: `${name}() writes to them` });
		found = true;
	}
	if (at(from) & wanted) {
		eyes.frame.note({ ...span(nameRange), kind: 'read', text: `${name}() reads from them` });
		found = true;
	}
	return found || into !== undefined || from !== undefined;
}

function pageOnly(eyes: Eyes, call: CallExpr, text: string): void {
	eyes.frame.note({ ...span(call.nameRange), kind: 'page-only', text });
}

/** A method of such a name is asked about the page itself: `ops->is_own(page)`. */
const QUESTION =
	/^(?:is|has|owns?|knows?|contains?|match(?:es)?|same|equals?|belongs)(?:_|$)|_(?:is|owns|contains|matches|belongs)(?:_|$)/;

function isQuestion(name: string): boolean {
	return QUESTION.test(name);
}

function handed(eyes: Eyes, call: CallExpr, kinds: readonly Kinds[]): void {
	if (!eyes.frame.isRecording) return;
	const args = unprinted(call);
	const all = kinds.slice(0, args.length).reduce<Kinds>((sum, k) => sum | k, NONE);
	const inner = args.reduce<Kinds>((sum, arg) => sum | eyes.reaches(arg), NONE);
	if ((all | inner) === NONE) return;
	const method = call.name ? undefined : bare(call.callee);
	if (method?.kind === 'field' && isQuestion(method.field) && ((all | inner) & ~(PAGE | ADDRESS)) === NONE) {
		pageOnly(eyes, call, `${method.field}() only identifies them`);
		return;
	}
	const callee = call.name ? `${call.name}()` : `${eyes.frame.trace.file.slice(call.nameRange)}()`;
	eyes.frame.note({
		...span(call.nameRange),
		kind: 'handed',
		text: `passed to ${callee}`,
		address: ((all | inner) & ~ADDRESS) === NONE,
		listed: all === NONE && (inner & ~(ADDRESS | LIST)) === NONE,
	});
}
