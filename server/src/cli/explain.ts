import { readFile } from 'node:fs/promises';
import { explainName } from '../explain/index.js';
import { kernelFor, newestKernel } from '../kernel/index.js';
import type { Kernel } from '../kernel/types.js';
import { engine } from './engine.js';
import { type Io, UsageError } from './io.js';
import { render } from './markdown.js';
import { rulePage } from './package.js';
import { suggestion } from './suggest.js';
import { tell } from './tell.js';

export interface ExplainOptions {
	readonly kernel?: string;
}

/** Prints the page of a rule, or what is known of a flag or function in one kernel. */
export async function explain(name: string, options: ExplainOptions, io: Io): Promise<number> {
	const ids = (await engine()).rules.map((rule) => rule.id);
	if (ids.includes(name)) {
		const page = await readFile(rulePage(name), 'utf8');
		io.stdout.write(render(page, io.stdout.colour));
		return 0;
	}
	const kernel = options.kernel === undefined ? newestKernel() : kernelFor(options.kernel);
	const text = explainName(name, kernel);
	if (text === undefined) {
		throw new UsageError(`no rule, flag or function "${name}"${suggestion(name, [...ids, ...namesOf(kernel)])}`);
	}
	tell(io, `for kernel ${kernel.version}${kernel.assumed ? ', the newest known; say which with --kernel' : ''}`);
	io.stdout.write(render(text, io.stdout.colour));
	return 0;
}

function namesOf(kernel: Kernel): string[] {
	return [...kernel.apis(), ...kernel.flags()].map((known) => known.name);
}
