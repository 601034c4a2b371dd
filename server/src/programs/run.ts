/** The one place that starts programs. */
import {
	type ChildProcess,
	type ChildProcessByStdio,
	type ChildProcessWithoutNullStreams,
	spawn,
} from 'node:child_process';
import type { Readable } from 'node:stream';

/** How a program is run. */
export interface Run {
	/** Folder, absolute. */
	readonly cwd: string;
	/** The whole environment: nothing is inherited. */
	readonly env: Readonly<Record<string, string | undefined>>;
	/** Milliseconds until it is killed. */
	readonly timeout: number;
	/** Bytes it may print on one stream until it is killed. */
	readonly maxOutput: number;
	readonly signal?: AbortSignal | undefined;
}

/** What a program that came to its end printed. */
export interface Ran {
	readonly status: number;
	readonly stdout: Buffer;
	readonly stderr: Buffer;
}

/** A program did not come to its end; the message says why, in words that follow its name. */
export class RunError extends Error {}

/** A program that waits for a pipe of a hostile tree would outlive this one. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
	for (const child of running) child.kill('SIGKILL');
});

/**
 * Runs a program to its end, without a shell and without an input.
 * @param program absolute path
 * @throws RunError where it cannot be started, and where it is killed: by a signal, a limit, or the caller
 */
export function run(program: string, argv: readonly string[], options: Run): Promise<Ran> {
	const { cwd, env, timeout, maxOutput, signal } = options;
	return new Promise((resolve, reject) => {
		if (signal?.aborted) return reject(new RunError('was stopped'));
		let child: ChildProcessByStdio<null, Readable, Readable>;
		try {
			child = spawn(program, argv, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
		} catch (error) {
			// arguments that are too long, or hold a NUL
			return reject(new RunError(`cannot be started: ${(error as Error).message}`));
		}
		running.add(child);
		const end = (): void => {
			clearTimeout(timer);
			signal?.removeEventListener('abort', stop);
			running.delete(child);
		};
		const give = (reason: string): void => {
			end();
			child.kill('SIGKILL');
			// What it started may still hold them.
			child.stdout.destroy();
			child.stderr.destroy();
			reject(new RunError(reason));
		};
		const stop = (): void => give('was stopped');
		const timer = setTimeout(() => give(`gave no answer within ${timeout / 1000} s`), timeout);
		signal?.addEventListener('abort', stop, { once: true });
		const collect = (stream: NodeJS.ReadableStream): (() => Buffer) => {
			const chunks: Buffer[] = [];
			let length = 0;
			stream.on('data', (chunk: Buffer) => {
				chunks.push(chunk);
				length += chunk.length;
				if (length > maxOutput) give(`printed more than ${maxOutput / 1_000_000} MB`);
			});
			return () => Buffer.concat(chunks);
		};
		const stdout = collect(child.stdout);
		const stderr = collect(child.stderr);
		child.on('error', (error) => give(`cannot be started: ${error.message}`));
		child.on('close', (status, killed) => {
			if (status === null) return give(`was ended by ${killed}`);
			end();
			resolve({ status, stdout: stdout(), stderr: stderr() });
		});
	});
}

/**
 * Starts a program that stays, without a shell; who starts it holds it to its limits and ends it.
 * @param program absolute path
 * @throws RunError where it cannot be started
 */
export function start(
	program: string,
	argv: readonly string[],
	{ cwd, env }: Pick<Run, 'cwd' | 'env'>,
): ChildProcessWithoutNullStreams {
	try {
		const child = spawn(program, argv, { cwd, env, stdio: 'pipe', windowsHide: true });
		running.add(child);
		child.on('close', () => running.delete(child));
		return child;
	} catch (error) {
		throw new RunError(`cannot be started: ${(error as Error).message}`);
	}
}
