import { CONVERTING, type Engine, type Finding } from '../engine.js';
import { fixAll } from '../fixall.js';
import type { Edit } from '../rules/rule.js';
import { slashed } from '../workspace/collect.js';
import { Lines } from '../workspace/lines.js';
import { replaceFile } from '../workspace/replace.js';
import { encode } from '../workspace/text.js';
import { count, oneLine } from '../workspace/wording.js';
import { Configured } from './configured.js';
import { type ConvertOptions, convert } from './convert.js';
import { conversionCommand, convertible } from './convertible.js';
import { engine } from './engine.js';
import { type Io, UsageError } from './io.js';
import { emptyFolder } from './mail/folder.js';
import { chosenRule } from './options.js';
import { origin } from './origin.js';
import { patch } from './patch.js';
import { scan, type Target } from './scan.js';
import { tellKernels, tellSkipped } from './scan-summary.js';
import { folderName, tell } from './stderr.js';

export interface FixOptions {
	readonly stdinPath?: string;
	readonly kernel?: string;
	readonly rule?: readonly string[];
	readonly unsafe?: boolean;
	readonly dryRun?: boolean;
	readonly shortTerm?: boolean;
	readonly emitCocci?: boolean;
	readonly format?: 'patch';
	readonly series?: string;
	readonly draft?: boolean;
	/** Tell only what fails. */
	readonly silent?: boolean;
}

/** Each pass fixes what it can; more only where fixes bring up others. */
const PASSES = 20;

interface Fixed {
	readonly text: string;
	/** Edits that gave it, as `origin` wants them. */
	readonly rounds: readonly (readonly Edit[])[];
	readonly fixed: number;
	readonly left: readonly Finding[];
}

/** @returns 0 done or nothing to do, 1 something left unfixed, 2 a named path that cannot be looked at or written */
export async function fix(paths: readonly string[], options: FixOptions, io: Io): Promise<number> {
	const loaded = await engine();
	const chosen = new Set((options.rule ?? []).map((id) => chosenRule(id, loaded.rules)));
	const converted = options.silent ? undefined : await converting(loaded, paths, chosen, options, io);
	if (converted !== undefined) return converted;
	const configured = new Configured(io, paths, { severities: {}, rules: [...chosen] });
	const isChosen = ({ rule }: Finding) => chosen.size === 0 || chosen.has(rule);
	let input: Buffer | undefined;
	let fixed = 0;
	let left = 0;
	const conversions = new Set<string>();
	/** Folders other than the working directory that diffs apply in. */
	const elsewhere = new Set<string>();
	const scanned = await scan(
		loaded,
		{
			paths,
			cwd: io.cwd,
			stdin: async () => {
				input = await io.stdin();
				return input;
			},
			stdinPath: options.stdinPath,
			kernel: options.kernel,
			configured,
		},
		async (target) => {
			const result = toFixedPoint(target, isChosen, options.unsafe === true);
			const sites = convertible(target, result.left);
			for (const { rule } of sites) conversions.add(conversionCommand(rule, target.shown));
			if (!options.silent)
				for (const finding of result.left) tell(io, leftLine(target, result, finding, sites, options.dryRun === true));
			left += result.left.length;
			if (result.fixed === 0) return;
			if (options.dryRun) {
				const { bytes, folder } = patch(target, result.text, io.cwd);
				io.stdout.write(bytes);
				if (target.file !== undefined && folder !== slashed(io.cwd)) elsewhere.add(folder);
			} else {
				await put(target, result.text);
				if (!options.silent) tell(io, `${target.shown}: ${count(result.fixed, 'finding')} fixed`);
			}
			fixed += result.fixed;
			if (target.file === undefined) input = encode(result.text, target.source);
		},
	);
	// As a filter it passes on what it has nothing to say about.
	if (input !== undefined && !options.dryRun) io.stdout.write(input);
	if (options.silent) return scanned.failed.length > 0 || configured.isBroken ? 2 : 0;
	tellKernels(scanned, io);
	tellSkipped(scanned, [], io);
	for (const folder of elsewhere) tell(io, `apply the diff in ${folderName(folder, io.cwd)}`);
	if (scanned.files === 0 && scanned.failed.length > 0) return 2;
	tell(
		io,
		`${fixed} ${options.dryRun ? 'to fix' : 'fixed'}, ${left} not fixed; ${count(scanned.files, 'file')} checked`,
	);
	if (conversions.size > 0) tell(io, 'not fixed, and convertible to pins:');
	for (const command of conversions) io.stderr.write(`  ${oneLine(command)}\n`);
	if (scanned.failed.length > 0 || configured.isBroken) return 2;
	return left > 0 ? 1 : 0;
}

/** Rules about a whole site are no fix at one place: their sites convert. @returns the exit code; undefined where none is chosen */
async function converting(
	loaded: Engine,
	paths: readonly string[],
	chosen: ReadonlySet<string>,
	options: FixOptions,
	io: Io,
): Promise<number | undefined> {
	const targets = new Set([...chosen].flatMap((rule) => CONVERTING.get(rule) ?? []));
	const print = printed(options);
	if (targets.size === 0) {
		if (options.emitCocci || options.format || options.shortTerm || options.draft || options.series !== undefined)
			throw new UsageError(`conversions need a rule: --rule ${[...CONVERTING.keys()].join(' or ')}`);
		return undefined;
	}
	const others = [...chosen].filter((rule) => !CONVERTING.has(rule));
	if (others.length > 0) throw new UsageError(`--rule ${others[0]}: fixes and conversions cannot be combined`);
	if (paths.includes('-')) throw new UsageError('a conversion may change several files: give file names');
	const { kernel, shortTerm = false, series } = options;
	const folder = series === undefined ? undefined : emptyFolder(series, io.cwd);
	const { refused, failed } = await convert(
		loaded,
		paths,
		{ kernel, rules: [...chosen], shortTerm, targets, print, folder },
		io,
	);
	if (failed > 0) return 2;
	return refused > 0 ? 1 : 0;
}

/** How conversions are given. @throws UsageError where two ways are asked for */
function printed({ emitCocci, format, dryRun, series, draft }: FixOptions): ConvertOptions['print'] {
	const asked = [
		...(emitCocci ? ['--emit-cocci'] : []),
		...(format ? ['--format'] : []),
		...(series === undefined ? [] : ['--series']),
		...(draft ? ['--draft'] : []),
	];
	if (asked.length > 1 || ((series !== undefined || draft) && dryRun))
		throw new UsageError(`${[...asked, ...(dryRun ? ['--dry-run'] : [])].join(' and ')}: choose one`);
	if (series !== undefined) return 'series';
	if (draft) return 'drafts';
	return emitCocci ? 'cocci' : (format ?? (dryRun ? 'diff' : undefined));
}

function toFixedPoint(target: Target, isChosen: (finding: Finding) => boolean, unsafe: boolean): Fixed {
	const analyse = (text: string) => target.analyse(text, true);
	let { text } = target.source;
	let fixed = 0;
	const rounds: (readonly Edit[])[] = [];
	for (let pass = 0; pass < PASSES; pass++) {
		const found = fixAll(text, analyse(text), analyse, (finding, { safe }) => isChosen(finding) && (safe || unsafe));
		if (found.fixed === 0) break;
		text = found.text;
		rounds.push(...found.rounds);
		fixed += found.fixed;
	}
	return { text, rounds, fixed, left: analyse(text).findings.filter(isChosen) };
}

async function put(target: Target, text: string): Promise<void> {
	if (target.file !== undefined) await replaceFile(target.file, target.bytes, encode(text, target.source));
}

/** A finding that stays, at its place in the file as it is afterwards: unchanged after a dry run. */
function leftLine(
	{ shown, source }: Target,
	{ text, rounds }: Fixed,
	finding: Finding,
	sites: ReadonlySet<Finding>,
	dry: boolean,
): string {
	const [content, offset] = dry ? [source.text, origin(finding.start, rounds)] : [text, finding.start];
	const { line, column } = new Lines(content).position(offset);
	const unfixed = sites.has(finding) ? `to be converted (--rule ${finding.rule})` : 'no automatic fix';
	const why = finding.fixes.length > 0 ? 'fix is unsafe (--unsafe)' : unfixed;
	return `${shown}:${line}:${column}: not fixed, ${why}: ${finding.message} [${finding.rule}]`;
}
