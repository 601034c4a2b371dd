/** Small helpers for Markdown that stays short. */

/** Names, pointers, macros and errnos of the kernel inside a sentence; those already in backticks stay as they are. */
const CODE = new RegExp(
	[
		// Macros with their arguments: DIV_ROUND_UP(a + b, PAGE_SIZE), ERR_PTR(-EINVAL)
		/(?<![\w`])[A-Z][A-Z_]+\([^()]*\)/,
		// Paths: mm/gup.c
		/(?<![\w`/])(?:[\w-]+\/)+[\w-]+\.[ch]\b/,
		// Names, pointers to them, lists of flags, families (get_user_pages*) and calls
		/(?<![\w`])\*?(?:[A-Za-z]\w*_\w*|_\w+)(?:\|[A-Za-z]\w*_\w*)*(?:\*|\(\))?/,
		/(?<![\w`])\*[a-z]\w*/,
		/(?<![\w`])-(?:E[A-Z]{2,}|errno)\b/,
		/\bERR_PTR\b/,
	]
		.map(({ source }) => source)
		.join('|'),
	'g',
);

/** Sets kernel names in a sentence as code, so that their underscores and asterisks mean nothing to Markdown. */
export function codify(sentence: string): string {
	return sentence
		.split('`')
		.map((part, i) => (i % 2 === 1 ? `\`${part}\`` : part.replace(CODE, (name) => `\`${name}\``)))
		.join('');
}

export function code(name: string): string {
	return `\`${name}\``;
}

/** "a", "a or b", "a, b or c". */
export function list(items: readonly string[], word = 'or'): string {
	if (items.length < 2) return items.join('');
	return `${items.slice(0, -1).join(', ')} ${word} ${items.at(-1)}`;
}

export function block(text: string): string {
	return `\`\`\`c\n${text}\n\`\`\``;
}

/** Paragraphs; those that are empty or undefined are left out. */
export function paragraphs(...parts: readonly (string | undefined)[]): string {
	return parts.filter(Boolean).join('\n\n');
}

export function upperFirst(text: string): string {
	return text.charAt(0).toUpperCase() + text.slice(1);
}
