/** Text for people that quotes code. */

const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/** What a message quotes of the text may hold tabs, line ends and other control characters. */
export function onOneLine(message: string): string {
	return UNPRINTABLE.test(message) ? message.replace(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ') : message;
}
