/** Names of files as `#include` and Makefiles write them. */

/** A path or URI without "." and "..", but for those that lead above where it starts. */
export function normalised(path: string): string {
	const parts: string[] = [];
	for (const [i, part] of path.split('/').entries()) {
		const last = parts.at(-1);
		if (part === '..' && last !== undefined && last !== '..' && last !== '') parts.pop();
		else if (part !== '.' && (part !== '' || i === 0)) parts.push(part);
	}
	return parts.join('/');
}
