import { readFile } from 'node:fs/promises';
import { explainName } from '../explain/index.js';
import { kernelFor, newestKernel } from '../kernel/index.js';
import type { Kernel } from '../kernel/types.js';
import { slashed } from '../workspace/collect.js';
import { nodeFiles } from '../workspace/nodeFiles.js';
import { TreeLocator } from '../workspace/trees.js';
import { engine } from './engine.js';
import { flow } from './flow.js';
import { type Io, UsageError } from './io.js';
import { render } from './markdown.js';
import { rulePage } from './package.js';
import { fullPage, shortPage } from './page.js';
import { suggestion } from './suggest.js';
import { tell } from './tell.js';

export interface ExplainOptions {
	readonly kernel?: string;
	readonly full?: boolean;
	/** FILE:LINE */
	readonly flow?: string;
}

/** Prints what a rule is about, what is known of a flag or function in one kernel, or the paths of pages. */
export async function explain(name: string | undefined, options: ExplainOptions, io: Io): Promise<number> {
	if (options.flow !== undefined) {
		if (name !== undefined) throw new UsageError('give a name or --flow FILE:LINE, not both');
		return flow(options.flow, options.kernel, io);
	}
	if (name === undefined) throw new UsageError('give a name such as pin-put-page, or --flow FILE:LINE');
	const ids = (await engine()).rules.map((rule) => rule.id);
	if (ids.includes(name)) {
		const page = await readFile(rulePage(name), 'utf8');
		io.stdout.write(render(options.full ? fullPage(page) : shortPage(page), io.stdout.colour));
		if (!options.full) tell(io, `all examples and the references: gup-lens explain ${name} --full`);
		return 0;
	}
	const kernel = await kernelOf(options.kernel, io);
	const text = explainName(name, kernel);
	if (text === undefined) {
		throw new UsageError(`no rule, flag or function "${name}"${suggestion(name, [...ids, ...namesOf(kernel)])}`);
	}
	io.stdout.write(render(text, io.stdout.colour));
	if (kernel.origin === 'newest') tell(io, 'use --kernel for another version, or run it inside a kernel tree');
	return 0;
}

/** The kernel asked for, else that of the tree around the working directory, else the newest known. */
async function kernelOf(asked: string | undefined, io: Io): Promise<Kernel> {
	if (asked !== undefined) return kernelFor(asked);
	const tree = await new TreeLocator(nodeFiles).find(slashed(io.cwd), true);
	return tree?.kernel ?? newestKernel();
}

function namesOf(kernel: Kernel): string[] {
	return [...kernel.apis(), ...kernel.flags()].map((known) => known.name);
}
