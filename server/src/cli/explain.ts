import { readFile } from 'node:fs/promises';
import type { Engine } from '../engine.js';
import { explainName } from '../explain/index.js';
import { newestKernel } from '../kernel/index.js';
import type { Kernel } from '../kernel/types.js';
import { tool } from '../version.js';
import { slashed } from '../workspace/collect.js';
import { nodeFiles } from '../workspace/nodeFiles.js';
import { outsideKernel } from '../workspace/outsideKernel.js';
import { suggestion } from '../workspace/suggest.js';
import { TreeLocator } from '../workspace/trees.js';
import { printedJson } from '../workspace/wording.js';
import type { Names } from './completion.js';
import { engine } from './engine.js';
import { flow } from './flow.js';
import { type Io, UsageError } from './io.js';
import { render } from './markdown.js';
import { examplesPage, rulePage } from './package.js';
import { fullPage, shortPage } from './rule-page.js';
import { tell } from './stderr.js';
import { VERDICTS, verdictPage } from './verdicts.js';

export interface ExplainOptions {
	readonly kernel?: string;
	readonly full?: boolean;
	readonly format?: 'text' | 'json';
	/** FILE:LINE */
	readonly flow?: string;
}

/** Prints what a rule is about, what is known of a flag or function in one kernel, or the paths of pages. */
export async function explain(name: string | undefined, options: ExplainOptions, io: Io): Promise<number> {
	if (options.flow !== undefined) {
		if (name !== undefined) throw new UsageError('give a name or --flow FILE:LINE, not both');
		return flow(options.flow, options.kernel, options.format ?? 'text', io);
	}
	const loaded = await engine();
	const kernel = await kernelOf(options.kernel, io);
	const known = knownNames(loaded, kernel);
	const print = (kind: Kind, markdown: string): void => {
		if (options.format === 'json') io.stdout.write(printedJson({ tool, name, kind, kernel: kernel.version, markdown }));
		else io.stdout.write(render(markdown, io.stdout.colour));
	};
	if (name === undefined) {
		if (options.format === 'json') io.stdout.write(printedJson({ tool, kernel: kernel.version, names: known }));
		else io.stdout.write(listed(known));
		return 0;
	}
	if (known.rules.includes(name)) {
		const page = await readFile(rulePage(name), 'utf8');
		print('rule', options.full ? fullPage(page, await readFile(examplesPage(name), 'utf8')) : shortPage(page));
		if (!options.full && options.format !== 'json') tell(io, `all examples: gup-lens explain ${name} --full`);
		return 0;
	}
	const verdict = verdictPage(name);
	if (verdict !== undefined) {
		print('verdict', verdict);
		return 0;
	}
	const text = explainName(name, kernel);
	if (text === undefined) {
		throw new UsageError(
			`no rule, flag, function or verdict "${name}"${suggestion(name, Object.values(known).flat())}; "gup-lens explain" lists them`,
		);
	}
	print(known.flags.includes(name) ? 'flag' : 'function', text);
	if (kernel.origin === 'newest' && options.format !== 'json')
		tell(io, 'for another kernel: --kernel, or run it inside a kernel tree');
	return 0;
}

/** The kernel asked for, else that of the tree around the working directory, else the newest known. */
async function kernelOf(asked: string | undefined, io: Io): Promise<Kernel> {
	if (asked !== undefined) return outsideKernel(asked);
	const tree = await new TreeLocator(nodeFiles).find(slashed(io.cwd), true);
	return tree?.kernel ?? newestKernel();
}

type Kind = 'rule' | 'flag' | 'function' | 'verdict';

/** What can be asked for, by kind. */
function knownNames(engine: Engine, kernel: Kernel) {
	return {
		rules: engine.rules.map(({ id }) => id),
		flags: [...kernel.flags()].map(({ name }) => name),
		functions: [...kernel.apis()].map(({ name }) => name),
		verdicts: VERDICTS,
	};
}

function listed(known: Readonly<Record<string, readonly string[]>>): string {
	return Object.entries(known)
		.map(([kind, names]) => `${kind}:\n${names.map((name) => `  ${name}\n`).join('')}`)
		.join('\n');
}

/** Names for the completion of shells, those of the newest kernel. */
export async function namesToComplete(): Promise<Names> {
	const known = knownNames(await engine(), newestKernel());
	return { rules: known.rules, explained: Object.values(known).flat() };
}
