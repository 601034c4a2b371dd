/** A signature as C text. */
import type { Param, Signature } from '../kernel/types.js';

/** Longest line of a prototype before it is broken. */
const WIDTH = 80;

interface Label {
	/** The prototype on one line. */
	readonly text: string;
	/** Each parameter in it: UTF-16 offsets, end exclusive. */
	readonly params: readonly { readonly start: number; readonly end: number }[];
}

function joined(type: string, name: string): string {
	if (type === '') return name;
	if (name === '') return type;
	return type.endsWith('*') ? `${type}${name}` : `${type} ${name}`;
}

function paramText({ type, name }: Param): string {
	return joined(type, name);
}

/** "long get_user_pages(" */
function head(name: string, signature: Signature): string {
	return signature.macro ? `#define ${name}(` : `${joined(signature.returns, name)}(`;
}

export function label(name: string, signature: Signature): Label {
	let text = head(name, signature);
	const params: { start: number; end: number }[] = [];
	for (const param of signature.params) {
		if (params.length > 0) text += ', ';
		const start = text.length;
		text += paramText(param);
		params.push({ start, end: text.length });
	}
	return { text: `${text}${signature.params.length === 0 && !signature.macro ? 'void' : ''})`, params };
}

/** The prototype as C, broken into lines under its first parameter as the kernel does. */
export function prototype(name: string, signature: Signature): string {
	const line = `${label(name, signature).text}${signature.macro ? '' : ';'}`;
	if (line.length <= WIDTH) return line;
	const start = head(name, signature);
	const lines: string[] = [];
	let current = start;
	const texts = signature.params.map(
		(param, i) => `${paramText(param)}${i + 1 < signature.params.length ? ',' : ');'}`,
	);
	for (const text of texts) {
		const glue = current.endsWith('(') ? '' : ' ';
		if (current.trim() !== '' && current.length + glue.length + text.length > WIDTH && current !== start) {
			lines.push(current);
			current = ' '.repeat(start.length) + text;
		} else current += glue + text;
	}
	return [...lines, current].join('\n');
}
