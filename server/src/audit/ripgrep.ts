import { execFile } from 'node:child_process';
import { accessSync, constants, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, isAbsolute, join } from 'node:path';
import { slashed } from '../workspace/collect.js';

const PROGRAM = process.platform === 'win32' ? 'rg.exe' : 'rg';
/** Below a folder above the launcher `code`: on Linux and Windows, of a remote server and on macOS. */
const IN_VSCODE = ['resources/app/', ''].flatMap((app) =>
	['node_modules', 'node_modules.asar.unpacked'].map((modules) => `${app}${modules}/@vscode/ripgrep/bin/${PROGRAM}`),
);

/**
 * The ripgrep at hand: on the PATH, VS Code's own, or that of the npm package; undefined where there is none, or where
 * GUP_LENS_RIPGREP is "off".
 */
export function findRipgrep(): string | undefined {
	if (process.env.GUP_LENS_RIPGREP === 'off') return undefined;
	return onPath(PROGRAM) ?? ofVscode() ?? ofPackage();
}

function onPath(name: string): string | undefined {
	// A relative entry would run what lies in the audited tree.
	const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
	return folders.map((folder) => join(folder, name)).find(isProgram);
}

function ofVscode(): string | undefined {
	const code = onPath('code');
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

function isProgram(path: string): boolean {
	try {
		accessSync(path, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}

/** Which files name one of the words. */
export interface Matches {
	/** Relative to the folder, with "/". */
	readonly paths: ReadonlySet<string>;
	/** Files and folders it could not read. */
	readonly unread: readonly string[];
}

/** "rg: ./fs/a.c: Permission denied (os error 13)" */
const COMPLAINT = /^(?:rg: )?\.[/\\](.*): [^:]*\(os error \d+\)$/;

/**
 * Searches the C files of a folder, whatever ignore files say; hidden ones are left out, binary ones are text.
 * @param threads at least 1
 * @returns undefined where the program failed or said what is not understood
 */
export function searchWithRipgrep(
	program: string,
	root: string,
	words: readonly string[],
	threads: number,
	signal?: AbortSignal,
): Promise<Matches | undefined> {
	const argv = [
		...['--no-config', '--no-ignore', '--text', '--encoding', 'none', '--fixed-strings', '--files-with-matches'],
		...['--null', '--threads', String(threads), '--glob', '*.[ch]'],
		...words.flatMap((word) => ['-e', word]),
		'./',
	];
	return new Promise((done) => {
		const options = { cwd: root, maxBuffer: 1 << 28, ...(signal ? { signal } : {}) };
		execFile(program, argv, options, (error, stdout, stderr) => {
			const unread: string[] = [];
			for (const line of stderr.split(/\r?\n/)) {
				const path = COMPLAINT.exec(line)?.[1];
				if (path !== undefined) unread.push(slashed(path));
				else if (line !== '' && !line.startsWith('No files were searched')) return done(undefined);
			}
			// 1: nothing found; 2: something could not be read, which it said.
			const { code } = (error ?? { code: 0 }) as { code?: unknown };
			const understood = code === 0 || code === 1 || (code === 2 && unread.length > 0);
			if (!understood) return done(undefined);
			const paths = stdout.split('\0').filter(Boolean);
			done({ paths: new Set(paths.map((path) => slashed(path).replace(/^\.\//, ''))), unread });
		});
	});
}
