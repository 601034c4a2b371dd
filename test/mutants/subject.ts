/** A function of a kernel that takes or releases user pages, with the calls that do. */

import type { Kernel } from '../../server/src/kernel/types.js';
import { conditions } from '../../server/src/syntax/conditions.js';
import { normaliseFunction } from '../../server/src/syntax/macro-normalisation.js';
import { outline } from '../../server/src/syntax/outline.js';
import type { PlainNode } from '../../server/src/syntax/parser.js';
import { tokenize, tokenText } from '../../server/src/syntax/tokens.js';
import { Code, field } from '../equal/code.js';
import type { KernelFile } from '../kernel/corpus.js';

export interface Subject {
	readonly file: KernelFile;
	readonly kernel: Kernel;
	/** Of the function. */
	readonly name: string;
	readonly code: Code;
	/** Calls the audit lists. */
	readonly takes: readonly PlainNode[];
	/** Calls that release what such a call took, and those that can release nothing else. */
	readonly releases: readonly PlainNode[];
}

/** Offsets of names of calls in the file. */
export interface Calls {
	readonly takes: ReadonlySet<number>;
	readonly releases: ReadonlySet<number>;
}

/** They release pins and nothing else. */
const UNPINS = /^unpin_(?:user_|folio)/;
/** They release any reference, and are ours where the function itself takes into that variable. */
const PUTS = /^(?:put_page|folio_put|release_pages)$/;

/** The functions of a file that have such a call and can be read without an error. */
export function subjectsOf(file: KernelFile, kernel: Kernel, calls: Calls): Subject[] {
	return codesOf(file.text, kernel.version).flatMap(({ name, code }) => {
		const all = code.ofType('call_expression');
		const takes = all.filter((call) => calls.takes.has(code.offset(call.start)));
		const releases = all.filter((call) => {
			const callee = calleeOf(code, call);
			if (calls.releases.has(code.offset(call.start)) || UNPINS.test(callee)) return true;
			return PUTS.test(callee) && takes.some((take) => names(code, take).has(firstName(code, call)));
		});
		return takes.length + releases.length === 0 ? [] : { file, kernel, name, code, takes, releases };
	});
}

/** Variables in the arguments of a call. */
function names(code: Code, call: PlainNode): ReadonlySet<string> {
	const list = field(call, 'arguments');
	const all = list ? code.inside(list).filter(({ type }) => type === 'identifier') : [];
	return new Set(all.map((node) => code.text(node)));
}

/** "wdata" of put_page(wdata->pages[i]) */
function firstName(code: Code, call: PlainNode): string {
	return names(code, call).values().next().value ?? '';
}

/** The functions of a text by name, those that can be read. @param only those of this name */
export function codesOf(
	text: string,
	version: string,
	only?: string,
): { readonly name: string; readonly code: Code }[] {
	const tokens = tokenize(text);
	const groups = conditions(tokens, { version });
	return outline(tokens, groups).flatMap((item) => {
		if (item.kind !== 'function' || item.name < 0) return [];
		const name = tokenText(tokens, item.name);
		if (only !== undefined && name !== only) return [];
		const code = Code.ofSoft(text, normaliseFunction(tokens, groups, item, new Map()));
		return code ? { name, code } : [];
	});
}

/** Name of a called function; empty for a call through a pointer. */
export function calleeOf(code: Code, call: PlainNode): string {
	const callee = field(call, 'function');
	return callee?.type === 'identifier' ? code.text(callee) : '';
}
