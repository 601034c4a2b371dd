/**
 * Reads mm/gup.c as text: the entry points, what they answer to refused arguments, which flags they set and refuse.
 * Shares nothing with the table that it is compared with.
 */

/** Entry points that check their arguments; inlines of headers stand on them. */
const ENTRY =
	/^(?:long|int) ((?:get|pin)_user_pages(?:_remote|_unlocked|_fast|_fast_only)?)\(([^)]*)\)\n\{\n([\s\S]*?)\n\}/gm;

/** Without comments, each statement on one line. */
function plain(text: string): string {
	return text.replace(/\/\*[\s\S]*?\*\//g, ' ').replace(/\s+/g, ' ');
}

/** The bodies; where a function is there twice, for kernels with and without an MMU, the one that checks. */
function entries(source: string): ReadonlyMap<string, string> {
	const found = new Map<string, string>();
	for (const [, name, , body] of source.matchAll(ENTRY)) {
		if (/WARN_ON_ONCE|is_valid_gup_|FOLL_FAST_ONLY/.test(body as string))
			found.set(name as string, plain(body as string));
	}
	return found;
}

function body(source: string, name: string): string {
	const found = new RegExp(`^(?:static )?(?:bool|long|int)\\s+${name}\\([^)]*\\)\\n\\{\\n([\\s\\S]*?)\\n\\}`, 'm').exec(
		source,
	);
	return plain(found?.[1] ?? '');
}

/** Entry point -> every value that follows a check which failed. */
export function answersOf(source: string): ReadonlyMap<string, ReadonlySet<string>> {
	const answers = new Map<string, Set<string>>();
	for (const [name, text] of entries(source)) {
		const found = new Set<string>();
		for (const [, value] of text.matchAll(/if \((?:WARN_ON_ONCE|!is_valid_gup_\w+)\([^;]*?\)\) return (\S+);/g))
			found.add(value as string);
		// it turns whatever it is told into this
		const floor = /if \(nr_pinned < 0\) nr_pinned = (\S+);/.exec(text)?.[1];
		if (floor) found.add(floor);
		answers.set(name, found);
	}
	return answers;
}

const names = (text: string): string[] => text.match(/FOLL_\w+/g) ?? [];

/** Functions that an entry point passes its flags on to. */
const PASSED = /\b(__get_user_pages_remote|get_user_pages_unlocked|internal_get_user_pages_fast|gup_fast_fallback)\(/;

/** Flags an entry point adds to those of its caller, before it looks at them or afterwards. */
export function setBy(source: string, api: string): string[] {
	const text = entries(source).get(api) ?? '';
	const checked = /is_valid_gup_args\([^;]*?, &gup_flags, ([^)]*)\)/.exec(text);
	const own = [...text.matchAll(/gup_flags \|= \(?([^;)]*)/g)].flatMap(([, flags]) => names(flags as string));
	const next = PASSED.exec(text)?.[1];
	const passed = next?.startsWith('internal') ? '' : next ? body(source, next) : text;
	const inCall = [...`${text} ${next === 'gup_fast_fallback' ? '' : passed}`.matchAll(/gup_flags \| ([FOL_A-Z| ]+)/g)];
	return [...new Set([...names(checked?.[1] ?? ''), ...own, ...inCall.flatMap(([, flags]) => names(flags as string))])];
}

/** Evaluates a condition of C, whose operators mean the same here. */
function holds(condition: string, flags: number, values: ReadonlyMap<string, number>): boolean {
	const js = condition
		.replace(/FOLL_\w+/g, (name) => String(values.get(name) ?? 0))
		.replace(/\bgup_flags\b/g, String(flags))
		.replace(/\bpages\b/g, '1');
	if (!/^[\d\s&|!~()=]+$/.test(js)) throw new Error(`a condition of another shape: ${condition}`);
	// only digits and operators are left
	return Boolean(new Function(`return (${js});`)());
}

/** Conditions of a text that mention flags, each with what was added before it. */
function* checks(text: string): Generator<{ condition: string; before: string }> {
	for (const found of text.matchAll(/if \(WARN_ON_ONCE\((.*?)\)\) return /g)) {
		const condition = found[1] as string;
		if (condition.includes('gup_flags')) yield { condition, before: text.slice(0, found.index) };
	}
}

/** An entry point refuses these flags from its caller. */
export function refusedBy(
	source: string,
	internal: string,
	api: string,
	given: readonly string[],
	values: ReadonlyMap<string, number>,
): boolean {
	const bitsOf = (flags: readonly string[]) => flags.reduce((sum, flag) => sum | (values.get(flag) ?? 0), 0);
	const text = entries(source).get(api) ?? '';
	const caller = bitsOf(given);
	const toSet = bitsOf(names(/is_valid_gup_args\([^;]*?, &gup_flags, ([^)]*)\)/.exec(text)?.[1] ?? ''));
	const refuses = (part: string, flags: number, added: number): boolean =>
		[...checks(part)].some(({ condition, before }) =>
			holds(
				condition.replace('INTERNAL_GUP_FLAGS', `(${internal})`),
				/gup_flags \|= to_set/.test(before) ? flags | added : flags,
				values,
			),
		);
	const validator = /is_valid_gup_\w+/.exec(text)?.[0];
	if (validator && refuses(body(source, validator), caller, toSet)) return true;
	if (refuses(text, caller, 0)) return true;
	const added = bitsOf([...text.matchAll(/gup_flags \|= \(?([^;)]*)/g)].flatMap(([, flags]) => names(flags as string)));
	const next = PASSED.exec(text)?.[1];
	return next !== undefined && refuses(body(source, next), caller | toSet | added, 0);
}

/** Functions that modules may call. */
export function exportsOf(source: string): ReadonlySet<string> {
	return new Set([...source.matchAll(/^EXPORT_SYMBOL(?:_GPL)?\((\w+)\);/gm)].map((found) => found[1] as string));
}
