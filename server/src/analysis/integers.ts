/** Integer types of kernel C on a 64-bit machine: signedness and width. */
import type { CType, Expr, FileIR, FunctionIR } from '../syntax/ir.js';
import { unwrap } from '../syntax/lower.js';
import { variableType } from './variables.js';

export interface Integer {
	readonly signed: boolean;
	readonly bits: number;
}

const INT: Integer = { signed: true, bits: 32 };

const NAMED: Readonly<Record<string, Integer>> = (() => {
	const table: Record<string, Integer> = {};
	const put = (names: string, signed: boolean, bits: number): void => {
		for (const name of names.split(' ')) table[name] = { signed, bits };
	};
	put('ssize_t loff_t ptrdiff_t intptr_t __kernel_ssize_t off_t ktime_t time64_t', true, 64);
	put(
		'size_t pgoff_t sector_t phys_addr_t resource_size_t dma_addr_t uintptr_t ulong blkcnt_t __kernel_size_t vm_flags_t',
		false,
		64,
	);
	put('uint gfp_t u_int blk_opf_t', false, 32);
	put('pid_t', true, 32);
	for (const bits of [8, 16, 32, 64]) {
		put(`u${bits} __u${bits} uint${bits}_t __le${bits} __be${bits}`, false, bits);
		put(`s${bits} __s${bits} int${bits}_t`, true, bits);
	}
	return table;
})();

/** Width and sign of a type as written; undefined for anything that is no plain integer. */
export function integer(type: CType, typedefs: ReadonlyMap<string, CType>, depth = 0): Integer | undefined {
	if (type.pointers || type.array) return undefined;
	const words = type.base
		.replace(/\b(?:const|volatile)\b/g, ' ')
		.trim()
		.split(/\s+/);
	const only = words.length === 1 ? (words[0] as string) : '';
	const named = NAMED[only];
	if (named) return named;
	const alias = typedefs.get(only);
	if (alias && depth < 4) return integer(alias, typedefs, depth + 1);
	if (!words.every((word) => /^(?:unsigned|signed|int|long|short|char)$/.test(word)) || only === 'char')
		return undefined;
	const signed = !words.includes('unsigned');
	return { signed, bits: words.includes('long') ? 64 : words.includes('short') ? 16 : words.includes('char') ? 8 : 32 };
}

const NO_TYPEDEFS: ReadonlyMap<string, CType> = new Map();

/** The type is an unsigned integer, as far as its name tells; with `bits`, one of no more than so many bits. */
export function isUnsigned(type: CType | undefined, bits = 64): boolean {
	const known = type && integer(type, NO_TYPEDEFS);
	return known !== undefined && !known.signed && known.bits <= bits;
}

/** C type of an expression as far as this file tells. */
export function typeOfExpr(expr: Expr, fn: FunctionIR, file: FileIR): CType | undefined {
	const at = unwrap(expr);
	switch (at.kind) {
		case 'name':
			return at.name === 'PAGE_SIZE' ? { base: 'unsigned long', pointers: 0, array: false } : variableType(fn, at.name);
		case 'cast':
			return at.type;
		case 'field': {
			const object = typeOfExpr(at.object, fn, file);
			const record = object && /^(?:struct|union) (\w+)$/.exec(object.base)?.[1];
			return record ? file.field(record, at.field) : undefined;
		}
		case 'unary': {
			const type = at.op === '*' ? typeOfExpr(at.operand, fn, file) : undefined;
			return type && { ...type, pointers: Math.max(0, type.pointers - 1) };
		}
		case 'index': {
			const type = typeOfExpr(at.object, fn, file);
			return type && (type.array ? { ...type, array: false } : { ...type, pointers: Math.max(0, type.pointers - 1) });
		}
		default:
			return undefined;
	}
}

/** Integer type of an expression after C's promotions; undefined when it is not known. */
export function integerOf(expr: Expr, fn: FunctionIR, file: FileIR): Integer | undefined {
	const at = unwrap(expr);
	if (at.kind === 'number') return /[uU]/.test(at.text) ? { signed: false, bits: /[lL]/.test(at.text) ? 64 : 32 } : INT;
	if (at.kind === 'binary' && /^[-+*/%&|]$/.test(at.op)) {
		const left = integerOf(at.left, fn, file);
		const right = integerOf(at.right, fn, file);
		return left && right && common(left, right);
	}
	if (at.kind === 'call')
		return /^(?:ARRAY_SIZE|PFN_UP|PFN_DOWN)$/.test(at.name) ? { signed: false, bits: 64 } : undefined;
	const type = typeOfExpr(at, fn, file);
	const found = type && integer(type, file.typedefs);
	return found && promote(found);
}

function promote(type: Integer): Integer {
	return type.bits < 32 ? INT : type;
}

/** The usual arithmetic conversions. */
function common(a: Integer, b: Integer): Integer {
	if (a.bits === b.bits) return a.signed ? b : a;
	return a.bits > b.bits ? a : b;
}

/** A negative `value` becomes a large number when compared with `other`. */
export function becomesUnsigned(value: Integer, other: Integer): boolean {
	return value.signed && !other.signed && other.bits >= value.bits;
}
