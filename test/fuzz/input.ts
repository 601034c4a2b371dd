/** What one run of the fuzzer looks at, and how it is kept in a file. */
import { applyEdits } from '../../server/src/rules/apply.js';
import type { Edit } from '../../server/src/rules/rule.js';
import type { SiblingFile } from '../../server/src/syntax/linked-unit.js';

/** What reads the text: the engine, or one of the parsers of what comes from outside. */
export const TARGETS = ['code', 'bytes', 'headers', 'patch', 'report', 'baseline', 'settings'] as const;
export type Target = (typeof TARGETS)[number];

export interface Input {
	/** Of the choices a property makes, such as offsets; unsigned, 32 bits. */
	readonly seed: number;
	readonly target: Target;
	/** May hold any UTF-16 units. For `bytes` each is one byte. */
	readonly text: string;
	/** Path and kernel version the text is analysed as. */
	readonly path: string;
	readonly kernel: string;
	readonly neighbours: readonly SiblingFile[];
	/** What is typed into the open document, each edit into what the one before it left. */
	readonly edits: readonly Edit[];
}

/** The texts of the open document, one after the other. */
export function versionsOf({ text, edits }: Input): readonly string[] {
	const versions = [text];
	for (const edit of edits)
		versions.push(applyEdits(versions.at(-1) as string, [within(edit, versions.at(-1) as string)]));
	return versions;
}

/** The edit as one of this text: reducing the text may leave it behind its end. */
function within({ start, end, text }: Edit, { length }: string): Edit {
	const from = Math.min(start, length);
	return { start: from, end: Math.min(Math.max(from, end), length), text };
}

interface Head extends Omit<Input, 'text'> {
	/** Only where the text cannot be written as UTF-8. */
	readonly text?: string;
	readonly failure: string;
}

const MARK = '/* gup-lens fuzz: npm run fuzz -- --replay ';
const OPEN = '\n * ';
const CLOSE = ' */\n';

/** A file that `--replay` runs again. @param name of the file, for the command in its head */
export function toFile(input: Input, failure: string, name: string): string {
	const { text, ...rest } = input;
	const head: Head = { failure, ...rest, ...(Buffer.from(text).toString() === text ? {} : { text }) };
	return `${MARK}${name}${OPEN}${JSON.stringify(head).replaceAll('*/', '*\\/')}${CLOSE}${head.text === undefined ? text : ''}`;
}

/** @throws Error for a file that `toFile` did not write */
export function fromFile(file: string): Input & { readonly failure: string } {
	const open = file.indexOf(OPEN);
	const close = file.indexOf(CLOSE);
	if (!file.startsWith(MARK) || open < 0 || close < open) throw new Error('no head of the fuzzer in it');
	const head: Head = JSON.parse(file.slice(open + OPEN.length, close));
	return { ...head, text: head.text ?? file.slice(close + CLOSE.length) };
}
