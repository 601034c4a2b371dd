/** What `gup-lens explain --flow` prints, asked of the command line itself. */
import { run } from '../../server/src/cli/main.js';
import type { Item } from './item.js';

/** The output for a line. @param cwd what the path is relative to @param line from 1 */
async function flowAt(cwd: string, path: string, line: number, kernel: string | undefined): Promise<string> {
	let printed = '';
	const output = {
		colour: false,
		write(chunk: string | Uint8Array) {
			printed += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
		},
	};
	const asked = ['explain', '--flow', `${path}:${line}`, ...(kernel === undefined ? [] : ['--kernel', kernel])];
	await run(asked, { cwd, stdout: output, stderr: output, stdin: async () => Buffer.alloc(0) });
	return printed;
}

/**
 * The flows of a file: one for each function with a site, which is told whole where the line has no taking call.
 * @param items of the same file: where its sites are
 */
export async function flowsOf(items: readonly Item[], cwd: string, path: string, kernel?: string): Promise<Item[]> {
	const lines = new Set<string>();
	const found: Item[] = [];
	for (const { file, kind, value } of items) {
		if (kind !== 'site') continue;
		const at = String((value as { readonly at: string }).at);
		const line = at.slice(0, at.indexOf(':'));
		if (lines.has(line)) continue;
		lines.add(line);
		found.push({ file, kind: 'flow', key: `line ${line}`, value: await flowAt(cwd, path, Number(line), kernel) });
	}
	return found;
}
