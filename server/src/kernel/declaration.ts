/** One C declaration as text -> name, return type, parameters. For records here and for headers in syntax/prototypes.ts. */
import { normaliseType } from './roles.js';

interface Declaration {
	readonly name: string;
	readonly returns: string;
	readonly params: readonly { readonly type: string; readonly name: string }[];
}

/** Words before a return type that say nothing about the type. */
const STORAGE =
	/\b(?:extern|static|inline|__inline|__inline__|__always_inline|noinline|__must_check|__maybe_unused|__pure|__init|__sched|asmlinkage|notrace)\b/g;
const TYPE_WORD = /^(?:void|char|short|int|long|float|double|signed|unsigned|bool|const|volatile|struct|union|enum)$/;
const NOT_A_TYPE = /\b(?:return|else|case|goto|sizeof|typeof|if|while|for|do|switch|define|typedef)\b/;

/** "struct page ***pages" -> type and name; undefined when it cannot be a parameter declaration. */
function parameter(text: string): { type: string; name: string } | undefined {
	const source = text
		.replace(/\b__user\b|\b__maybe_unused\b|\b__force\b/g, ' ')
		.replace(/\s+/g, ' ')
		.trim();
	if (source === '...') return { type: '...', name: '' };
	const array = /^(.*?)\s*\[[^\]]*\]$/.exec(source);
	const plain = array ? (array[1] as string) : source;
	if (!/^[A-Za-z_][\w\s*]*$/.test(plain) || NOT_A_TYPE.test(plain)) return undefined;
	const match = /^(.*?)([A-Za-z_]\w*)?$/.exec(plain);
	if (!match) return undefined;
	let type = (match[1] ?? '').trim();
	let name = match[2] ?? '';
	const tagOnly = /^(?:const )?(?:struct|union|enum)$/.test(type);
	// `struct page`, `unsigned long`, `size_t`: the last word belongs to the type, the parameter has no name.
	if (type === '' || tagOnly || TYPE_WORD.test(name)) {
		type = plain;
		name = '';
	}
	if (array) type += type.endsWith('*') ? '*' : ' *';
	return { type: normaliseType(type), name };
}

/** Splits at the commas outside brackets. */
export function splitArguments(text: string): string[] {
	const parts: string[] = [];
	let depth = 0;
	let from = 0;
	for (let i = 0; i < text.length; i++) {
		const c = text[i];
		if (c === '(' || c === '[' || c === '{') depth++;
		else if (c === ')' || c === ']' || c === '}') depth--;
		else if (c === ',' && depth === 0) {
			parts.push(text.slice(from, i));
			from = i + 1;
		}
	}
	parts.push(text.slice(from));
	return parts.map((part) => part.trim());
}

/** The text between the parentheses of a declaration; undefined when one of them is no parameter declaration. */
export function parameterList(text: string): { type: string; name: string }[] | undefined {
	if (text.trim() === 'void' || text.trim() === '') return [];
	const params = splitArguments(text).map(parameter);
	return params.every((param) => param !== undefined) ? params : undefined;
}

/** The text before the name: its type, or undefined when it is no type (a call, a label). */
export function returnType(text: string): string | undefined {
	const plain = text.replace(STORAGE, ' ').trim();
	if (!/^[A-Za-z_][\w\s*]*$/.test(plain) || NOT_A_TYPE.test(plain)) return undefined;
	return normaliseType(plain);
}

/** "long f(int a)" -> its parts; throws for anything else, since only the records of this package come through here. */
export function declaration(text: string): Declaration {
	const match = /^([^(]*?)(\w+)\s*\(([\s\S]*)\)\s*;?$/.exec(text.trim());
	const returns = match && returnType(match[1] as string);
	const params = match && parameterList(match[3] as string);
	if (!match || returns === undefined || !params) throw new Error(`no C declaration: ${text}`);
	return { name: match[2] as string, returns: returns as string, params };
}
