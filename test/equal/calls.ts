/** Calls written differently. */
import type { PlainNode } from '../../server/src/syntax/parser.js';
import { type Candidate, type Code, field } from './code.js';
import type { Rewriting } from './rewriting.js';

/** Macros that take a type, a member or a statement where a function takes a value. */
const NO_FUNCTION = /^[A-Z_0-9]+$|_of$|each|_entry|typeof|offsetof|_t$|^va_|^READ|^kzalloc_obj|^kmalloc_obj|flex/;

/** A call of what may well be a function: its arguments are values. @param list its arguments */
export function isPlainCall(code: Code, list: PlainNode): boolean {
	const call = code.parent(list);
	const callee = call?.type === 'call_expression' ? field(call, 'function') : undefined;
	return callee?.type === 'identifier' && !NO_FUNCTION.test(code.text(callee));
}

function argumentsOf(code: Code): { readonly list: PlainNode; readonly args: readonly PlainNode[] }[] {
	return code
		.ofType('argument_list')
		.filter((list) => isPlainCall(code, list))
		.map((list) => ({ list, args: list.children.filter(({ named, type }) => named && type !== 'comment') }));
}

/** The functions of the family, which are no macros that a bracketed name would not expand. */
const FAMILY =
	/^(?:(?:get|pin)_user_pages\w*|unpin_user_\w+|put_page|release_pages|iov_iter_get_pages\w*|iov_iter_extract_pages)$/;

/** A statement that is one call, or assigns one. */
function calling(code: Code): { readonly statement: PlainNode; readonly call: PlainNode }[] {
	return code.ofType('expression_statement').flatMap((statement) => {
		const [inner] = code.statements(statement);
		const call = inner?.type === 'assignment_expression' ? field(inner, 'right') : inner;
		const left = inner?.type === 'assignment_expression' ? field(inner, 'left') : undefined;
		return call?.type === 'call_expression' && (!left || code.isPure(left)) ? [{ statement, call }] : [];
	});
}

/** An argument of a known type is put into a local variable first. */
function hoisted(fits: (code: Code, arg: PlainNode) => string | undefined) {
	return (code: Code): Candidate[] =>
		calling(code).flatMap(({ statement, call }) => {
			const list = field(call, 'arguments');
			if (!list || !isPlainCall(code, list)) return [];
			const args = list.children.filter(({ named, type }) => named && type !== 'comment');
			if (!args.every((arg) => code.isPure(arg))) return [];
			for (const arg of args) {
				const type = fits(code, arg);
				if (type === undefined) continue;
				return [
					[
						code.insert(statement.start, `{ ${type}equal_argument${statement.start} = ${code.text(arg)}; `),
						code.replace(arg, `equal_argument${statement.start}`),
						code.insert(statement.end, ' }'),
					],
				];
			}
			return [];
		});
}

/** "struct page **" where a struct of the text has one field of this name. */
function fieldType(code: Code, arg: PlainNode): string | undefined {
	const name = arg.type === 'field_expression' ? field(arg, 'field') : undefined;
	if (!name) return undefined;
	const declared = new RegExp(`^\\s+((?:struct )?\\w[\\w ]*?)\\s+(\\**)${code.text(name)}(\\[[^\\]]*\\])?;`, 'gm');
	const found = [...code.all.matchAll(declared)];
	const [, base, stars = '', array] = found[0] ?? [];
	return found.length === 1 && base !== undefined ? `${base} ${stars}${array === undefined ? '' : '*'}` : undefined;
}

export const CALLS: readonly Rewriting[] = [
	{
		name: 'parentheses around arguments',
		places: (code) =>
			argumentsOf(code).flatMap(({ args }) =>
				args.map((arg) => [code.insert(arg.start, '('), code.insert(arg.end, ')')]),
			),
	},
	{
		name: 'f(x) -> (f)(x)',
		places: (code) =>
			code.ofType('call_expression').flatMap((call) => {
				const callee = field(call, 'function');
				return callee && FAMILY.test(code.text(callee)) ? [[code.replace(callee, `(${code.text(callee)})`)]] : [];
			}),
	},
	{
		name: 'f(x) -> f /* c */ (x)',
		places: (code) => argumentsOf(code).map(({ list }) => [code.insert(list.start, ' /* c */ ')]),
	},
	{
		name: 'f(x) -> f(/* c */ x)',
		places: (code) => argumentsOf(code).flatMap(({ args }) => args.map((arg) => [code.insert(arg.start, '/* c */ ')])),
	},
	{
		name: 'f(x, y) -> f(x,⏎ y)',
		places: (code) => argumentsOf(code).flatMap(({ args }) => args.map((arg) => [code.insert(arg.start, '\n\t\t\t')])),
	},
	{
		name: 'f(x); -> (void)f(x);',
		places: (code) =>
			calling(code).flatMap(({ statement, call }) => {
				const callee = field(call, 'function');
				if (call.start !== statement.start || !callee || !FAMILY.test(code.text(callee))) return [];
				return [[code.insert(call.start, '(void)')]];
			}),
	},
	{
		name: 'flags in a local',
		moves: true,
		places: hoisted((code, arg) =>
			/^\w*(?:FOLL_\w+)(?:\s*\|\s*FOLL_\w+)*$/.test(code.text(arg)) ? 'unsigned int ' : undefined,
		),
	},
	{
		name: 'an argument in a local',
		places: hoisted((code, arg) => {
			const type = arg.type === 'identifier' ? code.typeOf(code.text(arg)) : undefined;
			return type?.isPlain ? `${type.base} ${'*'.repeat(type.pointers)}` : undefined;
		}),
	},
	{
		name: 'a field in a local',
		places: hoisted((code, arg) => fieldType(code, arg)),
	},
];
