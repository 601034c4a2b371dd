/** Words and numbers for people. */

/** "1 file", "2 files". */
export function count(number: number, noun: string): string {
	return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/**
 * What a terminal, an editor or a page acts on and does not show: control characters, those that turn the direction of a text or
 * take no room, ends of lines and paragraphs, halves of characters. Joiners stay: scripts and emoji are written with them.
 */
const UNSEEN = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '\r': '\\r' };

/** "\u001b" in six characters, as JSON has it. */
function escaped(unseen: string): string {
	const units = Array.from({ length: unseen.length }, (_, i) => unseen.charCodeAt(i));
	return SHORT[unseen] ?? units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}

/** A text of several lines that is safe to show: what is not seen is escaped, but for ends of lines and tabs. JSON stays JSON. */
export function printable(text: string): string {
	return text.replace(UNSEEN, (unseen) => (unseen === '\n' || unseen === '\t' ? unseen : escaped(unseen)));
}

/** Data as JSON that can be shown as it is: the same data, with what is not seen escaped. */
export function printedJson(data: unknown): string {
	return `${printable(JSON.stringify(data, null, '\t'))}\n`;
}

/** Words for one line that may quote code of several. */
export function sentence(text: string): string {
	return oneLine(text.replace(/[ \t]*[\r\n]+\s*/g, ' '));
}

/** A name, or other words for one line: ends of lines and tabs are escaped as well. */
export function oneLine(text: string): string {
	return text.replace(UNSEEN, escaped);
}
