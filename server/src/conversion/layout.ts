/** Lines of C as the kernel writes them: tabs of eight, 80 columns where that is possible. */

const TAB = 8;
export const LINE = 80;

/** Column after `text`, which starts in column 0. */
export function columns(text: string): number {
	let column = 0;
	for (const char of text) column = char === '\t' ? (Math.floor(column / TAB) + 1) * TAB : column + 1;
	return column;
}

/** Blanks up to a column, tabs first. */
export function blanks(column: number): string {
	return '\t'.repeat(Math.floor(column / TAB)) + ' '.repeat(column % TAB);
}

/** What stands before `offset` in its line. */
export function before(text: string, offset: number): string {
	return text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
}

/** White space that the line of `offset` starts with. */
export function indentation(text: string, offset: number): string {
	return /^[\t ]*/.exec(before(text, offset))?.[0] ?? '';
}

/** The line end the text uses. */
export function lineEnd(text: string): string {
	return text.includes('\r\n') ? '\r\n' : '\n';
}

/**
 * A call, broken behind commas where it would be too long.
 * @param lead what stands before it in its line
 * @param after number of columns that follow the bracket
 */
export function call(lead: string, name: string, args: readonly string[], after: number, newline: string): string {
	const flat = `${name}(${args.join(', ')})`;
	if (args.some((arg) => arg.includes('\n')) || columns(lead + flat) + after <= LINE) return flat;
	const start = columns(`${lead}${name}(`);
	let text = `${name}(`;
	let column = start;
	args.forEach((arg, i) => {
		const last = i === args.length - 1;
		const width = arg.length + (last ? 1 + after : 1);
		if (i > 0) {
			if (column + 1 + width > LINE) {
				text += newline + blanks(start);
				column = start;
			} else {
				text += ' ';
				column++;
			}
		}
		text += last ? arg : `${arg},`;
		column += arg.length + 1;
	});
	return `${text})`;
}

/** Columns of the longest line, 80 at least: as long as a line may be that is not to become worse. */
export function longest(lead: string, text: string): number {
	return Math.max(LINE, ...(lead + text).split(/\r?\n/).map(columns));
}
