/** Whether a struct has room for one more field, and an object still has what was stored in it. */
import type { FileContext } from '../analysis/context.js';
import { typeOfExpr } from '../analysis/integers.js';
import { variableType } from '../analysis/variables.js';
import { bare, everywhere, place, rootOf } from '../analysis/walk.js';
import { readsOnly } from '../kernel/function-models.js';
import { unmaps } from '../kernel/sinks/index.js';
import type { CallExpr, FunctionIR } from '../syntax/ir.js';
import { definesMacro } from './macros.js';

/** They end the wait of, or drop a reference on, the object that a member is given of. */
const ENDS =
	/^(?:complete|wake_up|kref_|refcount_|atomic\w*_dec|call_rcu|kfree_rcu|kvfree_rcu|queue_|schedule_|mod_|add_timer|list_add|list_move|llist_add|hlist_add)|_(?:put|free|release|destroy|done|complete)$/;

/** They only read the pages they are given, but write an object. */
const WRITES = /^mem(?:set|cpy|move)$/;

/** The file gives the name to something of its own: a macro, an enumerator, a variable of the file. */
export function isTaken(text: string, name: string): boolean {
	return (
		definesMacro(text, name) ||
		new RegExp(`\\benum\\b[^{};]*\\{[^{}]*\\b${name}\\b`).test(text) ||
		new RegExp(`^[A-Za-z_][\\w\\t *]*[\\t *]${name}\\b[\\t ]*(?:[=;,[]|__)`, 'm').test(text)
	);
}

/** Another field changes nothing but the size of the struct, as far as the files that are seen show. */
export function hasRoom({ text }: FileContext, record: string): boolean {
	const head = new RegExp(`\\bstruct\\s+${record}\\s*\\{`).exec(text);
	const end = head ? text.indexOf('\n}', head.index) : -1;
	const line = /^\n\}[^\n]*/.exec(text.slice(end))?.[0] ?? '';
	if (!head || end < 0 || /packed|aligned|randomize|__no/.test(line)) return false;
	const before = text.slice(Math.max(0, text.lastIndexOf('\n', head.index)), head.index);
	const asserts =
		/\b(?:static_assert|_Static_assert|BUILD_BUG_ON\w*|compiletime_assert)\s*\([^;]*\bsizeof\b[^;]*;/.test(text);
	const fixed = /\bkmem_cache_create\w*\s*\([^;]*?,\s*\d/.test(text);
	const lists = [
		`\\bstruct\\s+${record}\\b[^;{}()]*=\\s*`,
		`\\(\\s*(?:const\\s+)?struct\\s+${record}\\s*(?:\\[[^\\]]*\\])?\\s*\\)\\s*`,
	];
	const positional = lists.some((list) => new RegExp(`${list}\\{\\s*(?:\\{\\s*)?(?![.}\\[\\s]|0\\s*\\})`).test(text));
	return !/packed/.test(before) && !asserts && !fixed && !positional;
}

/** The offset lies in a struct or union inside of the struct that starts at `head`. */
export function isNested(text: string, head: number, offset: number): boolean {
	const between = text.slice(head, offset).replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '');
	return between.split('{').length - between.split('}').length !== 1;
}

/** Nothing before the call, or in the same loop, may end the life of the object, give it away or write it anew. */
export function isStillThere(fn: FunctionIR, call: CallExpr, object: string): boolean {
	const loops = fn.loops.filter((loop) => loop.start <= call.start && call.start < loop.end);
	const isBefore = (start: number): boolean =>
		start < call.start || loops.some((loop) => loop.start <= start && start < loop.end);
	let there = true;
	everywhere(fn, (part) => {
		if (!isBefore(part.start)) return;
		if (part.kind === 'assign') {
			const left = bare(part.left);
			if (left.kind === 'unary' && left.op === '*' && place(left.operand) === object) there = false;
		}
		if (part.kind !== 'call' || part === call) return;
		const looks = (readsOnly(part.name) && !WRITES.test(part.name)) || unmaps(part.name);
		for (const arg of part.args) {
			const at = bare(arg);
			const inner = at.kind === 'unary' && at.op === '&' ? at.operand : at;
			if (rootOf(place(inner) ?? '') !== object) continue;
			if (ENDS.test(part.name) || (bare(inner).kind === 'name' && !looks)) there = false;
		}
	});
	return there;
}

/** Objects of the record are written as a whole behind the place where the field is stored, or in a function that does not store it. */
export function isOverwritten(file: FileContext, record: string, stores: ReadonlyMap<FunctionIR, number>): boolean {
	let overwritten = false;
	for (const fn of file.ir.knowing(record))
		everywhere(fn, (part) => {
			const from = stores.get(fn);
			if (from !== undefined && part.start < from) return;
			const target =
				part.kind === 'assign'
					? bare(part.left)
					: part.kind === 'call' && /^(?:__)?mem(?:set|cpy|move|zero\w*)$/.test(part.name) && part.args[0]
						? bare(part.args[0])
						: undefined;
			if (!target) return;
			const isWhole =
				target.kind === 'unary' ? /^[*&]$/.test(target.op) : part.kind === 'call' || target.kind === 'index';
			const type = typeOfExpr(target.kind === 'unary' ? target.operand : target, fn, file.ir);
			const named = target.kind === 'name' ? variableType(fn, target.name) : undefined;
			if (isWhole && (type ?? named)?.base === `struct ${record}`) overwritten = true;
		});
	return overwritten;
}
