import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { environmentOutside, findProgram, isProgram } from '../programs/find.js';
import { RunError, run } from '../programs/run.js';
import { slashed } from '../workspace/collect.js';
import { MAX_SEARCHED } from './scan.js';

const PROGRAM = process.platform === 'win32' ? 'rg.exe' : 'rg';
/** Below a folder above the launcher `code`: on Linux and Windows, of a remote server and on macOS. */
const IN_VSCODE = ['resources/app/', ''].flatMap((app) =>
	['node_modules', 'node_modules.asar.unpacked'].map((modules) => `${app}${modules}/@vscode/ripgrep/bin/${PROGRAM}`),
);

/**
 * The ripgrep at hand: on the PATH, VS Code's own, or that of the npm package; undefined where there is none, or where
 * GUP_LENS_RIPGREP is "off".
 * @param tree that is searched, absolute: none of its files is run
 */
export function findRipgrep(tree: string): string | undefined {
	if (process.env.GUP_LENS_RIPGREP === 'off') return undefined;
	return findProgram('rg', tree) ?? ofVscode(tree) ?? ofPackage();
}

function ofVscode(tree: string): string | undefined {
	const code = findProgram('code', tree);
	if (code === undefined) return undefined;
	const launcher = realpathSync(code);
	const above = ['../..', '../../..'].map((up) => join(launcher, up));
	return above.flatMap((folder) => IN_VSCODE.map((path) => join(folder, path))).find(isProgram);
}

function ofPackage(): string | undefined {
	try {
		const path = createRequire(import.meta.url).resolve(
			`@vscode/ripgrep-${process.platform}-${process.arch}/bin/${PROGRAM}`,
		);
		return isProgram(path) ? path : undefined;
	} catch {
		return undefined;
	}
}

/** Which files name one of the words. */
export interface Matches {
	/** Relative to the folder, with "/". */
	readonly paths: ReadonlySet<string>;
	/** Files and folders it could not read. */
	readonly unread: readonly string[];
}

/** It reads a whole kernel in half a second, and over a slow network in minutes. */
const LIMITS = { timeout: 600_000, maxOutput: 1 << 28 };

/** "rg: ./fs/a.c: Permission denied (os error 13)" */
const COMPLAINT = /^(?:rg: )?\.[/\\](.*): [^:]*\(os error \d+\)$/;

/**
 * Searches the C files of a folder, whatever ignore files say; hidden ones are left out, binary ones are text.
 * @param threads at least 1
 * @returns undefined where the program failed or said what is not understood
 */
export async function searchWithRipgrep(
	program: string,
	root: string,
	words: readonly string[],
	threads: number,
	signal?: AbortSignal,
): Promise<Matches | undefined> {
	const argv = [
		...['--no-config', '--no-ignore', '--text', '--encoding', 'none', '--fixed-strings', '--files-with-matches'],
		...['--null', '--threads', String(threads), '--max-filesize', String(MAX_SEARCHED), '--glob', '*.[ch]'],
		...words.flatMap((word) => ['-e', word]),
		'./',
	];
	const env = environmentOutside(root);
	try {
		const { status, stdout, stderr } = await run(program, argv, { cwd: root, env, ...LIMITS, signal });
		const unread: string[] = [];
		for (const line of stderr.toString().split(/\r?\n/)) {
			const path = COMPLAINT.exec(line)?.[1];
			if (path !== undefined) unread.push(slashed(path));
			else if (line !== '' && !line.startsWith('No files were searched')) return undefined;
		}
		// 1: nothing found; 2: something could not be read, which it said.
		if (status > 2 || (status === 2 && unread.length === 0)) return undefined;
		const paths = stdout.toString().split('\0').filter(Boolean);
		return { paths: new Set(paths.map((path) => slashed(path).replace(/^\.\//, ''))), unread };
	} catch (error) {
		if (error instanceof RunError) return undefined;
		throw error;
	}
}
