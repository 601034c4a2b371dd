/** Signature help for the family. */
import type { Kernel, Role } from '../kernel/types.js';
import type { Range } from '../syntax/ir.js';
import { around, calledApi, callsAround, type Macros } from './code.js';
import { apiLinks } from './links.js';
import { codify, paragraphs } from './prose.js';
import { label } from './prototype.js';

interface SignatureParameter extends Range {
	/** What the argument is for; undefined where its name says it. */
	readonly documentation: string | undefined;
}

export interface SignatureHelp {
	/** The prototype of this kernel on one line. */
	readonly label: string;
	/** UTF-16 offsets into the label. */
	readonly parameters: readonly SignatureParameter[];
	/** 0-based; undefined behind the last parameter. */
	readonly activeParameter: number | undefined;
	readonly documentation: string;
}

const ROLES: Readonly<Partial<Record<Role, string>>> = {
	start: 'User address; rounded down to a page.',
	count: 'Pages requested. The call may return fewer.',
	flags: 'FOLL_* flags, or 0. FOLL_WRITE when the pages will be written.',
	write: 'Non-zero when the pages will be written; not flags.',
	pages: 'Array that receives the pages.',
	vmas: 'Array that receives the VMA of each page, or NULL.',
	locked: 'NULL, or the address of an int set to 1; 0 afterwards means mmap_lock was dropped.',
	iter: 'The iterator; it is advanced.',
	maxsize: 'Maximum number of bytes.',
	maxpages: 'Maximum number of pages.',
	extraction: '0, or ITER_ALLOW_P2PDMA.',
	offset: 'Receives the offset into the first page.',
	dirty: 'True when the pages were written.',
};

/**
 * The prototype of the call around an offset; a call inside an argument of ours counts as part of that argument.
 * @param offset UTF-16, 0-based
 */
export function signatureAt(text: string, offset: number, kernel: Kernel, macros?: Macros): SignatureHelp | undefined {
	const place = around(text, offset);
	if (!place) return undefined;
	for (const call of callsAround(place.tokens, place.last)) {
		const api = calledApi(place.tokens, call.at, kernel, macros);
		if (!api?.signature) continue;
		const { text: line, params } = label(api.name, api.signature);
		const parameters = params.map((range, i) => {
			const role = api.signature?.params[i]?.role;
			const told = role && ROLES[role];
			return { ...range, documentation: told && codify(told) };
		});
		return {
			label: line,
			parameters,
			activeParameter: call.argument < params.length ? call.argument : undefined,
			documentation: paragraphs(codify(api.record.summary), codify(api.record.returns), apiLinks(api.record)),
		};
	}
	return undefined;
}
