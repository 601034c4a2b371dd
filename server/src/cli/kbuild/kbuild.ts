/** Checks a file as kbuild asks sparse to: `make C=1 CHECK="gup-lens kbuild"`. */
import { resolve } from 'node:path';
import type { RuleMeta, Severity } from '../../rules/rule.js';
import { slashed } from '../../workspace/collect.js';
import { nodeFiles } from '../../workspace/nodeFiles.js';
import { parent } from '../../workspace/paths.js';
import { type Tree, TreeLocator } from '../../workspace/trees.js';
import { Configured } from '../configured.js';
import { engine } from '../engine.js';
import { compiler } from '../formats/text.js';
import { type Io, UsageError } from '../io.js';
import { kernelVersion, oneOf, ruleSeverities } from '../options.js';
import type { FileReport } from '../report.js';
import { scan } from '../scan.js';
import { reaches } from '../severity.js';
import { tellFailure } from '../stderr.js';
import { type Arguments, FAIL_ON, readArguments } from './arguments.js';
import { headersOf, ownFolders } from './headers.js';

/**
 * @param argv what follows the command
 * @returns 0 whatever is found, so that the build goes on; 1 for a finding at or above --fail-on, 2 for a file that cannot be
 * read; undefined where help is asked for
 * @throws UsageError
 */
export async function kbuild(argv: readonly string[], io: Io): Promise<number | undefined> {
	const given = readArguments(argv);
	if (!given) return undefined;
	if (given.files.length === 0) throw new UsageError('no file among the arguments: make gives one to $(CHECK)');
	const loaded = await engine();
	const { severities, failOn, kernel } = wanted(given, loaded.rules);
	const folders = given.includes.map((folder) => slashed(resolve(io.cwd, folder)));
	const tree = await treeOf([...folders, ...given.headers.map((path) => parent(slashed(resolve(io.cwd, path))) ?? '')]);
	const own = ownFolders(folders, tree?.root);
	const configured = new Configured(io, given.files, { severities });
	const reports: FileReport[] = [];
	const unread: string[] = [];
	const scanned = await scan(
		loaded,
		{
			paths: given.files,
			cwd: io.cwd,
			stdin: io.stdin,
			stdinPath: undefined,
			kernel,
			configured,
			compiler: { tree, macros: given.macros },
			headers: (file, text) => headersOf(file, text, own),
		},
		({ path, shown, source, judged, elsewhere, analyse }) => {
			const { findings, unread: functions } = analyse(source.text, false);
			for (const name of functions) unread.push(`${shown}: note: function ${name} could not be parsed`);
			if (findings.length > 0)
				reports.push({ path, shown, text: source.text, findings, kernel: judged.kernel, elsewhere });
		},
	);
	// at once: other jobs of make print as well
	io.stderr.write(compiler(reports, io.stderr.colour) + unread.map((line) => `${line}\n`).join(''));
	for (const { shown, reason } of scanned.failed) tellFailure(io, shown, reason);
	if (scanned.failed.length > 0 && (scanned.files === 0 || failOn !== 'never')) return 2;
	if (configured.isBroken && failOn !== 'never') return 2;
	return reports.some(({ findings }) => findings.some(({ severity }) => reaches(severity, failOn))) ? 1 : 0;
}

interface Wanted {
	readonly severities: Readonly<Record<string, Severity | 'off'>>;
	readonly failOn: Severity | 'never';
	readonly kernel: string | undefined;
}

/** Our own options; of several the last one holds. */
function wanted({ own }: Arguments, rules: readonly RuleMeta[]): Wanted {
	const values = (name: (typeof own)[number][0]): string[] =>
		own.flatMap(([option, value]) => {
			if (option !== name) return [];
			if (value === undefined) throw new UsageError(`--${name}: give a value`);
			return value;
		});
	const kernel = values('kernel').at(-1);
	return {
		severities: ruleSeverities(values('severity'), rules),
		failOn: oneOf('--fail-on', values('fail-on').at(-1) ?? 'never', FAIL_ON),
		kernel: kernel === undefined ? undefined : versionOf(kernel),
	};
}

function versionOf(value: string): string {
	try {
		return kernelVersion(value);
	} catch (error) {
		throw new UsageError(`--kernel ${value}: ${(error as Error).message}`);
	}
}

/** The kernel tree that is compiled against: the first that one of the folders lies in. */
async function treeOf(folders: readonly string[]): Promise<Tree | undefined> {
	const locator = new TreeLocator(nodeFiles);
	for (const folder of folders) {
		const tree = await locator.find(folder, true);
		if (tree) return tree;
	}
	return undefined;
}
