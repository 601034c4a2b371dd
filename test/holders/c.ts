/** C text put together. */

/** Every line one level deeper, but for labels. */
export function indent(text: string): string {
	return text.replace(/^(?=.)(?!\w+:$)/gm, '\t');
}

/** Statements one below the other, without those that are empty. */
export function lines(...parts: readonly (string | undefined)[]): string {
	return parts.filter((part) => part !== undefined && part !== '').join('\n');
}

export function block(head: string, ...body: readonly (string | undefined)[]): string {
	return `${head} {\n${indent(lines(...body))}\n}`;
}

/** `if (test) body`, `otherwise` the else branch. Nothing where there is no body. */
export function when(test: string, body: string, otherwise = ''): string {
	if (body === '') return otherwise === '' ? '' : when(`!(${test})`, otherwise);
	const isSingle = /^[^\n]*;$/.test(body) && otherwise === '';
	if (isSingle) return `if (${test})\n${indent(body)}`;
	return otherwise === ''
		? block(`if (${test})`, body)
		: `${block(`if (${test})`, body)} else {\n${indent(otherwise)}\n}`;
}

/** A function with those of the variables that its body names, by name -> declaration. */
export function define(head: string, variables: Readonly<Record<string, string>>, body: string): string {
	const used = Object.entries(variables).filter(([name]) => new RegExp(`(?<![\\w>.])${name}\\b`).test(body));
	const declarations = lines(...used.map(([, declaration]) => `${declaration};`));
	return `${head}\n{\n${indent(declarations)}${declarations === '' ? '' : '\n\n'}${indent(body)}\n}\n`;
}

/** A label with what stands behind it; only what stands behind where nothing jumps to it. */
export function label(name: string, before: string, behind: string): string {
	return new RegExp(`goto ${name};`).test(before) ? `${name}:\n${behind}` : behind;
}
