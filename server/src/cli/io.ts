import { reasonOf } from '../workspace/collect.js';
import { MAX_BYTES } from '../workspace/limits.js';

/** Where a command reads and writes; tests give their own. */
export interface Io {
	readonly cwd: string;
	/** Absolute; nothing outside of this folder is written. */
	readonly within?: string;
	readonly stdout: Output;
	readonly stderr: Output;
	/** All bytes of the standard input; of one that is too large at least so many that it shows. */
	stdin(): Promise<Buffer>;
}

interface Output {
	write(chunk: string | Uint8Array): void;
	readonly colour: boolean;
	/** Somebody watches it. */
	readonly terminal?: boolean;
}

/** A mistake of the user: told in one line, exit code 2. */
export class UsageError extends Error {}

/** The process's own streams. A reader that goes away (`| head`) ends the output, not the command. */
export function processIo(): Io {
	return {
		cwd: process.cwd(),
		stdout: output(process.stdout, 'standard output'),
		stderr: output(process.stderr, 'standard error'),
		async stdin() {
			const chunks: Buffer[] = [];
			let length = 0;
			for await (const chunk of process.stdin) {
				chunks.push(chunk as Buffer);
				length += (chunk as Buffer).length;
				// Too large to be looked at whatever follows, and it may never end.
				if (length > MAX_BYTES) break;
			}
			return Buffer.concat(chunks);
		},
	};
}

function output(stream: NodeJS.WriteStream, name: string): Output {
	let open = true;
	stream.on('error', (error: NodeJS.ErrnoException) => {
		open = false;
		if (error.code === 'EPIPE') return;
		// Half a report must not pass for a whole one.
		console.error(`gup-lens: ${name}: ${reasonOf(error)}`);
		process.exit(2);
	});
	return {
		write(chunk) {
			if (open) stream.write(chunk);
		},
		colour: wantsColour(process.env, stream.isTTY === true),
		terminal: stream.isTTY === true && process.env.TERM !== 'dumb',
	};
}

/** NO_COLOR wins over FORCE_COLOR, and both over what the stream is. */
function wantsColour(env: Readonly<Record<string, string | undefined>>, terminal: boolean): boolean {
	if (env.NO_COLOR) return false;
	if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
	return terminal && env.TERM !== 'dumb';
}
