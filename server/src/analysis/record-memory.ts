/** Objects of a record that are written as memory, past the fields that are named: by functions for memory, through casts. */
import type { CallExpr, Expr, FunctionIR } from '../syntax/ir.js';
import { memoizePairs } from '../syntax/memoize.js';
import type { FileContext } from './context.js';
import { variableType } from './variables.js';
import { assignedBy, bare, everywhere, isNull, place, postorder, rootOf } from './walk.js';

/** They read or write memory without its fields. Source: include/linux/{string,uaccess,uio,slab}.h. */
export const AS_MEMORY: ReadonlySet<string> = new Set([
	...[
		'memset',
		'memcpy',
		'memmove',
		'__memcpy',
		'memset_after',
		'memset_startat',
		'memzero_explicit',
		'memcpy_and_pad',
	],
	...['kmemdup', 'kvmemdup', 'memdup_user', 'krealloc', 'kvrealloc', 'copy_from_user', '__copy_from_user'],
	...['copy_from_iter', 'copy_from_iter_full', 'get_user', '__get_user', 'bcopy', 'memcpy_fromio', 'strscpy', 'sscanf'],
]);

/** Somewhere an object of the record is written, or copied, without its fields. */
export const isWrittenAsMemory = memoizePairs(isWritten);

function isWritten(file: FileContext, record: string): boolean {
	const tag = record.replace(/^(?:struct|union) /, '');
	const byCall = [...AS_MEMORY].some((name) =>
		file.ir
			.naming(name)
			.some((fn) =>
				fn.calls.some(
					(call) =>
						call.name === name &&
						!isZeroed(file, call, record) &&
						call.args.some((arg) => isObject(fn, arg, record) || isBeyond(file, fn, call, arg, record)),
				),
			),
	);
	return byCall || file.ir.knowing(tag).some((fn) => isWrittenThroughCast(file, fn, record));
}

/** `memset(cs, 0, sizeof(*cs))`, where cs points to an object of the record. */
export function isZeroed({ text }: FileContext, { name, args }: CallExpr, record: string): boolean {
	const [object, value, size] = args.map(bare);
	if (name !== 'memset' || object?.kind !== 'name' || !value || !isNull(value) || !size) return false;
	const operand = /^sizeof\s*(?:\(\s*([^()]*?)\s*\)|(\*\s*\w+))$/.exec(text.slice(size.start, size.end));
	const of = (operand?.[1] ?? operand?.[2] ?? '').replace(/\s+/g, ' ');
	return of === record || of.replace(/^\* ?/, '*') === `*${object.name}`;
}

/** The object, or the address of a part of it. */
export function isObject(fn: FunctionIR, arg: Expr, record: string): boolean {
	let at = bare(arg);
	while (at.kind === 'binary') at = bare(at.left);
	const inner = bare(at.kind === 'unary' && at.op === '&' ? at.operand : at);
	const isWhole = inner.kind === 'name' || (at.kind === 'unary' && at.op === '&');
	return isWhole && isOf(fn, inner, record);
}

/** The expression starts with a variable that is an object of the record or points to one. */
function isOf(fn: FunctionIR, expr: Expr, record: string): boolean {
	return variableType(fn, rootOf(place(expr) ?? ''))?.base === record;
}

/** `memset(req->list, 0, sizeof(*req) - offsetof(struct example, list))`: more than the array that is named. */
function isBeyond({ text }: FileContext, fn: FunctionIR, { args }: CallExpr, arg: Expr, record: string): boolean {
	const size = args.at(-1);
	if (!size || size === arg || bare(arg).kind !== 'field' || !isOf(fn, bare(arg), record)) return false;
	const written = text.slice(size.start, size.end);
	const operands = [...written.matchAll(/\bsizeof\s*(?:\(\s*([^()]*)\)|\*?\s*([\w>.-]+))/g)].map(([, inner, plain]) =>
		(inner ?? plain ?? '').trim(),
	);
	const isWholeRecord = (operand: string): boolean =>
		operand === record || variableType(fn, operand.replace(/^\*\s*/, ''))?.base === record;
	return /\boffset(?:of|ofend)\b/.test(written) || operands.some(isWholeRecord);
}

/** `*(bool *)((char *)req + 20) = false`, here or in a function that gets the address of a part. */
function isWrittenThroughCast(file: FileContext, fn: FunctionIR, record: string): boolean {
	if (castsStored(fn).some((root) => variableType(fn, root)?.base === record)) return true;
	return fn.calls.some((call) => {
		const callee = file.ir.lookup(call.name);
		if (!callee) return false;
		const stored = castsStored(callee);
		return call.args.some((arg, i) => {
			const param = callee.params[i]?.name;
			return param !== undefined && stored.includes(param) && isObject(fn, arg, record);
		});
	});
}

/** Variables whose memory is stored to as something else than what they point to, or past it. */
function castsStored(fn: FunctionIR): readonly string[] {
	const found: string[] = [];
	const look = (left: Expr): void =>
		postorder(left, (part) => {
			if (part.kind !== 'cast') return;
			postorder(part.operand, (inner) => {
				if (inner.kind === 'name') found.push(inner.name);
			});
		});
	everywhere(fn, (expr) => {
		const left = assignedBy(expr);
		if (left) look(left);
	});
	return found;
}
