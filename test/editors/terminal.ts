import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../../scripts/editors/install.js';

/** One diagnostic as an editor of the terminal shows it; lines count from 1. */
export interface Shown {
	readonly line: number;
	readonly message: string;
	readonly rule?: string;
	readonly severity?: string;
}

/** What the scripts that run inside the editors print. */
export interface Told {
	/** Before the fix, then after it. */
	readonly diagnostics: readonly (readonly Shown[])[];
	readonly hover: string;
	readonly actions: readonly string[];
}

/** The task of one run: what to hover, and which fix to take on which line (from 1). */
export interface Task {
	readonly hover: string;
	readonly line: number;
	readonly fix: string;
}

/** The command line an editor starts the server by. */
const server = [process.execPath, join(root, 'dist', 'cli.js'), 'lsp', '--stdio'];

/** Runs an editor with a script inside it and collects the JSON lines it prints; throws when it ends badly. */
export async function drive(
	program: string,
	args: readonly string[],
	cwd: string,
	{ hover, line, fix }: Task,
	more: Readonly<Record<string, string>> = {},
): Promise<Told> {
	const env = { ...process.env, SERVER: JSON.stringify(server), HOVER: hover, LINE: String(line), FIX: fix, ...more };
	const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
	let out = '';
	let err = '';
	child.stdout.on('data', (data) => {
		out += data;
	});
	child.stderr.on('data', (data) => {
		err += data;
	});
	const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
	const lines = out.split('\n').filter((text) => text.startsWith('{'));
	if (code !== 0) throw new Error(`${program} ended with ${code}:\n${out}\n${err}`);
	const told = lines.map((text) => JSON.parse(text));
	return {
		diagnostics: told.flatMap(({ diagnostics }) => (diagnostics ? [diagnostics] : [])),
		hover: told.find(({ hover }) => hover)?.hover,
		actions: told.find(({ actions }) => actions)?.actions,
	};
}
