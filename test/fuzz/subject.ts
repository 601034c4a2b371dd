/** The engine as properties ask it: no question may take long, and no syntax tree may stay. */
import type { AnalyseOptions, Analysis, Audit, OpenFile } from '../../server/src/engine.js';
import { kernelFor, newestKernel } from '../../server/src/kernel/index.js';
import type { Kernel } from '../../server/src/kernel/types.js';
import { engine } from '../kernel/corpus.js';
import type { Input } from './input.js';
import { Violation } from './violation.js';

/** Processor time of one question, in ms; a mutant has some 30,000 characters at most. */
const SLOW = 5000;

/** @throws Violation where it takes long */
export function timed<T>(what: string, ask: () => T): T {
	const started = performance.now();
	const answer = ask();
	if (performance.now() - started < SLOW) return answer;
	// the machine may be busy: what counts is the time of the processor, which itself takes long to ask for
	const before = process.cpuUsage();
	ask();
	const { user, system } = process.cpuUsage(before);
	const took = (user + system) / 1000;
	if (took > SLOW) throw new Violation(`slow: ${what}`, `${Math.round(took)} ms`);
	return answer;
}

/** @param version as the rule pages and settings say it: "assumed" where nobody says which kernel it is, or a folder of headers */
export function kernelOf(version: string): Kernel {
	return version === 'assumed' || version.startsWith('/') ? newestKernel() : kernelFor(version);
}

export function optionsOf({ path, kernel, neighbours }: Input): AnalyseOptions {
	return { path, kernel: kernelOf(kernel), neighbours, fixes: false };
}

export function analyse(text: string, options: AnalyseOptions): Analysis {
	return timed('analysis', () => engine.analyse(text, options));
}

export function audit(text: string, options: AnalyseOptions): Audit {
	return timed('audit', () => engine.audit(text, options));
}

/** Asks an open document, and frees it. */
export function opened<T>(ask: (file: OpenFile) => T): T {
	const file = engine.open();
	try {
		return ask(file);
	} finally {
		file.dispose();
	}
}
