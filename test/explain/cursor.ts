/** C with a `^` where the cursor stands. */
export function cursor(code: string): { text: string; offset: number } {
	const offset = code.indexOf('^');
	if (offset < 0) throw new Error('no ^ in the code');
	return { text: code.slice(0, offset) + code.slice(offset + 1), offset };
}

/** The code as the body of a function, so that a statement is enough. */
export function inFunction(statement: string): { text: string; offset: number } {
	return cursor(`static int f(struct page **pages)\n{\n\t${statement}\n}\n`);
}
