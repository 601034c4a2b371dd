/** A function, flag or kind of exception by name, for the command line. */
import { EXCEPTIONS } from '../kernel/exceptions.js';
import { KNOWN_USERS } from '../kernel/known-users.js';
import type { Kernel } from '../kernel/types.js';
import { apiMarkdown, exceptionMarkdown, flagMarkdown } from './markdown.js';
import { code, codify, list, paragraphs, upperFirst } from './prose.js';

/**
 * What the family knows of a name in one kernel, as Markdown.
 * @param name "get_user_pages", "get_user_pages()", "FOLL_WRITE", "__access_remote_vm" or "mmu-notifier"
 */
export function explainName(name: string, kernel: Kernel): string | undefined {
	const plain = name.trim().replace(/\s*\(\s*\)$/, '');
	const api = kernel.api(plain);
	if (api) return apiMarkdown(api, kernel);
	const flag = kernel.flag(plain);
	if (flag) return flagMarkdown(flag, kernel);
	const users = KNOWN_USERS.filter((row) => row.functions?.includes(plain));
	if (users.length > 0)
		return paragraphs(...users.map((user) => `${code(user.path)}: ${exceptionMarkdown(user, kernel, plain)}`));
	const kind = EXCEPTIONS.find(({ reason }) => reason === plain);
	return (
		kind &&
		paragraphs(
			`**${upperFirst(kind.title)}.** ${codify(kind.text)}`,
			`For example ${list(kind.examples.map(code), 'and')}.`,
		)
	);
}
