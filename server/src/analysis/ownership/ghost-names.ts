/** Values that a place had before. */

/** Mark of a value that a place had before it was overwritten, while a variable still has it: `page = ctx->page; ctx->page = NULL;`. */
const FORMER = '\u2032';

export function ghostName(name: string): string {
	return name + FORMER;
}

/** The place itself, whichever of its values is meant; what a call returned has no name. */
export function withoutGhostMark(name: string): string {
	return name
		.replaceAll(FORMER, '')
		.replace(/@\d+-\d+->/g, '')
		.replace(/@\d+-\d+/g, 'the pages');
}
