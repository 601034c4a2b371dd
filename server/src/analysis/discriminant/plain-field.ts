/** Fields of which every use in the text is followed. */
import type { Expr, FunctionIR } from '../../syntax/ir.js';
import { escapeOf } from '../confined.js';
import type { FileContext } from '../context.js';
import { typeOfExpr } from '../integers.js';
import { macroWords } from '../macro-words.js';
import { everywhere } from '../walk.js';

/**
 * Every use of the field in the text is one that is followed, `object->field` of a variable, and nobody else has the objects: the
 * record is declared in the file itself, or its objects are confined to functions that are seen.
 */
export function isPlainField(
	file: FileContext,
	{ record, field }: { readonly record: string; readonly field: string },
): boolean {
	const tag = record.replace(/^struct /, '');
	if (tag === record || hasParts(file.text, tag)) return false;
	const own = file.text.slice(0, file.unit.own);
	const isOwn = new RegExp(`\\bstruct\\s+${tag}\\s*\\{`).test(own) && !file.path.endsWith('.h');
	if (!isOwn && escapeOf(file, record)) return false;
	const starts = new Set<number>();
	for (const fn of file.ir.naming(field)) {
		if (!fn.hasNoSyntaxErrors) return false;
		everywhere(fn, (expr) => {
			const isIt =
				expr.kind === 'field' &&
				expr.field === field &&
				expr.object.kind === 'name' &&
				typeOf(file, fn, expr) === record;
			if (isIt) starts.add(expr.end);
		});
	}
	const code = file.text.replace(/\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"/g, (text) =>
		' '.repeat(text.length),
	);
	for (const { index, 0: use } of code.matchAll(new RegExp(`(?:->|\\.)\\s*${field}\\b`, 'g')))
		if (!starts.has(index + use.length)) return false;
	// a macro may stand for the field, or for one that names it
	return !macroWords(file).has(field);
}

function typeOf(file: FileContext, fn: FunctionIR, { object }: Expr & { readonly kind: 'field' }): string | undefined {
	return typeOfExpr(object, fn, file.ir)?.base;
}

/** Parts of the record may be written together: an inner struct, a union, a group. */
function hasParts(text: string, tag: string): boolean {
	const head = new RegExp(`\\bstruct\\s+${tag}\\s*\\{`).exec(text);
	const end = head ? text.indexOf('\n}', head.index) : -1;
	if (!head) return false;
	const body = text.slice(head.index + head[0].length, end < 0 ? undefined : end);
	const name = /^\n\}[^\n]*/.exec(text.slice(Math.max(0, end)))?.[0] ?? '';
	return (
		/\{|\bunion\b|struct_group/.test(body) ||
		/\btypedef\b[^;{}]*$/.test(text.slice(0, head.index)) ||
		/\}\s*\w+\s*;/.test(name)
	);
}
