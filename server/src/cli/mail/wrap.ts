/** Columns of a changelog; checkpatch.pl complains above 75. */
const COLUMNS = 72;

/** What `git am` or a mailbox would take for something else at the start of a line. */
const ACTED_ON = /^(?:---|diff |Index:|From |@@ |>)/;

/**
 * A paragraph in lines.
 * @param indent columns that are put before each of them later
 */
export function wrapped(text: string, indent = 0): string {
	const lines = [''];
	for (const word of text.trim().split(/\s+/)) {
		const last = lines.at(-1) as string;
		if (last !== '' && last.length + 1 + word.length > COLUMNS - indent) lines.push(word);
		else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
	}
	return lines.map((line) => (ACTED_ON.test(line) ? ` ${line}` : line)).join('\n');
}

/** "a(), b() and c()" */
export function listed(names: readonly string[]): string {
	const called = names.map((name) => `${name}()`);
	return called.length < 2 ? called.join('') : `${called.slice(0, -1).join(', ')} and ${called.at(-1)}`;
}
