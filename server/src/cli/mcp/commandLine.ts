import type { Io } from '../io.js';
import { Refused } from './within.js';

/** Runs a command line; the tools are the commands, so that both say the same. */
export type Run = (argv: readonly string[], io: Io) => Promise<number>;

export interface Said {
	readonly stdout: string;
	/** The standard error, line by line, without the name of the program. */
	readonly remarks: readonly string[];
}

/**
 * One command, with its streams in memory.
 * @param input its standard input
 * @throws Refused where its input cannot be used
 */
export async function command(run: Run, folder: string, argv: readonly string[], input = ''): Promise<Said> {
	const stdout: Buffer[] = [];
	const stderr: Buffer[] = [];
	const into = (chunks: Buffer[]) => ({
		colour: false,
		write: (chunk: string | Uint8Array): void => void chunks.push(Buffer.from(chunk)),
	});
	const io: Io = {
		cwd: folder,
		within: folder,
		stdout: into(stdout),
		stderr: into(stderr),
		stdin: async () => Buffer.from(input),
	};
	const code = await run(argv, io);
	const remarks = text(stderr)
		.split('\n')
		.filter((line) => line !== '' && !line.startsWith('See "gup-lens'))
		.map((line) => line.replace(/^gup-lens: /, ''));
	const said = { stdout: text(stdout), remarks };
	if (code === 2) throw new Refused(remarks.join('\n') || 'cannot be looked at');
	return said;
}

function text(chunks: readonly Buffer[]): string {
	return Buffer.concat(chunks).toString();
}
