import { run } from '../../server/src/cli/main.js';

export interface Outcome {
	readonly code: number;
	readonly stdout: string;
	readonly stderr: string;
	/** What went to the standard output, byte for byte. */
	readonly bytes: Buffer;
}

export interface Setting {
	readonly cwd: string;
	readonly stdin?: string | Uint8Array;
	readonly colour?: boolean;
}

/** Runs a command line in this process, on the real file system. */
export async function cli(argv: readonly string[], { cwd, stdin = '', colour = false }: Setting): Promise<Outcome> {
	const stdout: Buffer[] = [];
	const stderr: Buffer[] = [];
	const output = (chunks: Buffer[]) => ({
		colour,
		write(chunk: string | Uint8Array) {
			chunks.push(Buffer.from(chunk));
		},
	});
	const code = await run(argv, {
		cwd,
		stdout: output(stdout),
		stderr: output(stderr),
		stdin: async () => Buffer.from(stdin),
	});
	const bytes = Buffer.concat(stdout);
	return { code, stdout: bytes.toString(), stderr: Buffer.concat(stderr).toString(), bytes };
}
