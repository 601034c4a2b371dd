/** What the rules about one FOLL_* flag share: find where it was written, report it there. */
import type { ApiCall, FileContext } from '../analysis/context.js';
import { type Origin, originsOf } from '../analysis/flag-value.js';
import { removeOperand } from './edits.js';
import type { Fix, Related, Report } from './rule.js';

/** One written flag that reaches a call. */
export interface Written {
	readonly call: ApiCall;
	readonly flag: string;
	readonly origin: Origin;
}

/** Every place where one of `flags` is written and from which it reaches a call of the family. Each place once, with the first call. */
export function writtenFlags(
	file: FileContext,
	flags: readonly string[],
	wanted: (call: ApiCall, flag: string) => boolean,
): Written[] {
	const seen = new Set<string>();
	const found: Written[] = [];
	for (const call of file.calls) {
		// a function this kernel does not have is another rule's finding
		if (!call.flags || !call.api.signature) continue;
		for (const flag of flags) {
			if (!wanted(call, flag)) continue;
			for (const origin of originsOf(call.flags, flag)) {
				const key = `${flag}@${origin.start}`;
				if (seen.has(key)) continue;
				seen.add(key);
				found.push({ call, flag, origin });
			}
		}
	}
	return found;
}

/** The call a value reaches, unless it is written in the call itself. */
export function reaches(call: ApiCall, at: { readonly start: number; readonly end: number }): readonly Related[] {
	const { argsRange, nameRange, name } = call.call;
	if (at.start >= argsRange.start && at.end <= argsRange.end) return [];
	return [{ ...nameRange, message: `reaches ${name}() here` }];
}

/** Fix that takes the flag out; none where it was written through a macro. */
export function removal(file: FileContext, { flag, origin }: Written, safe: boolean): readonly Fix[] {
	const edit = origin.macro ? undefined : removeOperand(file.text, origin);
	return edit ? [{ title: `Remove ${flag}`, safe, edits: [edit] }] : [];
}

/** Shape of a report at a written flag. */
export function atFlag(written: Written, message: string, rest: Partial<Report> = {}): Report {
	const { origin, call } = written;
	const through = origin.macro ? ` (through ${origin.macro})` : '';
	return {
		start: origin.start,
		end: origin.end,
		message: message.replace('{flag}', `${written.flag}${through}`),
		related: reaches(call, origin),
		...rest,
	};
}
