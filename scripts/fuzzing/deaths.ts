/** Inputs that a process dies of, or never ends with, made small. */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { Input } from '../../test/fuzz/input.js';
import { reduced } from '../../test/fuzz/reduce.js';

/** What takes longer than this counts as endless, in ms; with the start of a process. */
const ENDLESS = 30_000;
/** Longest time for one input, in ms. */
const PATIENCE = 20 * 60_000;

/** The input as small as a process still dies of it; as it is where none does. */
export async function smallestDeath(input: Input): Promise<Input> {
	const scripts = join(import.meta.dirname, '..');
	const until = Date.now() + PATIENCE;
	let child: ChildProcess | undefined;
	const dies = async (candidate: Input): Promise<boolean> => {
		if (Date.now() > until) return false;
		child ??= fork(join(scripts, 'run.mjs'), [join(scripts, 'fuzzing', 'judge.ts')], { stdio: 'ignore' });
		const lives = await outlives(child, candidate);
		if (!lives) {
			child.kill('SIGKILL');
			child = undefined;
		}
		return !lives;
	};
	try {
		return await reduced(input, dies);
	} finally {
		child?.kill();
	}
}

function outlives(child: ChildProcess, input: Input): Promise<boolean> {
	return new Promise((resolve) => {
		const end = (lives: boolean) => {
			clearTimeout(timer);
			child.removeAllListeners();
			resolve(lives);
		};
		const timer = setTimeout(() => end(false), ENDLESS);
		child.once('message', () => end(true));
		child.once('exit', () => end(false));
		child.send(input);
	});
}
