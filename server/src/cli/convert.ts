import { type Conversion, type Draft, type Engine, needles, type Offer, semanticPatch } from '../engine.js';
import { applyEdits } from '../rules/apply.js';
import { collect, fromFolder, slashed } from '../workspace/collect.js';
import { TreeDefinitions } from '../workspace/definitions.js';
import { ExternalUsers } from '../workspace/external-users.js';
import { Lines } from '../workspace/lines.js';
import { longTermOf } from '../workspace/longTerm.js';
import { parent } from '../workspace/paths.js';
import { Prefilters } from '../workspace/prefilter.js';
import { readSource } from '../workspace/read.js';
import { Refusal } from '../workspace/replace.js';
import { count, printable } from '../workspace/wording.js';
import { Configured } from './configured.js';
import { type Examined, FileAnalyzer, type Named } from './file-analyzer.js';
import { Workbench } from './in-memory-edits.js';
import { type Io, UsageError } from './io.js';
import { conversionPatch, draftPatch, type Made } from './mail/conversion.js';
import type { Left } from './mail/cover.js';
import type { FileDiff } from './mail/diffstat.js';
import { writeSeries } from './mail/folder.js';
import { mbox } from './mail/mbox.js';
import type { Patch } from './mail/message.js';
import { series } from './mail/series.js';
import { mend } from './mend.js';
import { unified } from './patch.js';
import { folderName, tell } from './stderr.js';

export interface ConvertOptions {
	readonly kernel: string | undefined;
	/** The chosen rules. */
	readonly rules: readonly string[];
	/** What the chosen rules convert to. */
	readonly targets: ReadonlySet<Offer['target']>;
	/** Pins without FOLL_LONGTERM, also where it is recommended. */
	readonly shortTerm: boolean;
	/** What is made of them instead of writing the files. */
	readonly print: 'diff' | 'patch' | 'series' | 'cocci' | 'drafts' | undefined;
	/** Where a series is written, absolute. */
	readonly folder?: string | undefined;
}

/** How conversions went. */
export interface Converted {
	readonly converted: number;
	readonly refused: number;
	readonly failed: number;
}

/** Converts file after file, each site once; everything is kept in memory until all is done. */
class Converter {
	/** In the order they were made, each in the state the one before it left. */
	readonly made: Made[] = [];
	/** The same as patches, each with the repairs that go before it. */
	readonly patches: Patch[] = [];
	/** Of the kernel of the last one. */
	version = '';
	readonly left: Left[] = [];
	failed = 0;
	readonly bench = new Workbench();
	readonly #engine: Engine;
	readonly #options: ConvertOptions;
	readonly #io: Io;
	readonly #configured: Configured;
	readonly #definitions = new TreeDefinitions();
	readonly #strangers = new ExternalUsers();

	constructor(engine: Engine, paths: readonly string[], options: ConvertOptions, io: Io) {
		this.#engine = engine;
		this.#options = options;
		this.#io = io;
		this.#configured = new Configured(io, paths, { severities: {}, rules: options.rules });
	}

	async all(paths: readonly string[]): Promise<void> {
		const { cwd } = this.#io;
		const { files, skipped } = await collect(paths, cwd);
		for (const { shown, reason, failed } of skipped) {
			if (failed) this.failed++;
			tell(this.#io, `${shown}: ${reason}`);
		}
		const prefilters = new Prefilters(needles);
		const relevant: Named[] = [];
		for (const { path, shown } of files) {
			const configuration = await this.#configured.of(path);
			const read = readSource(path, prefilters.of(configuration.standIns));
			if (read.kind !== 'text') continue;
			this.#definitions.add(path, read.source.text);
			if (configuration.excludes(path))
				tell(this.#io, `${shown}: skipped: excluded by ${this.#configured.named(configuration)}`);
			else relevant.push({ absolute: path, path: fromFolder(cwd, path), shown });
		}
		if (this.#configured.isBroken) this.failed++;
		for (const named of relevant) {
			try {
				await this.#file(named);
			} catch (error) {
				if (!(error instanceof Refusal)) throw error;
				this.failed++;
				tell(this.#io, `${named.shown}: ${error.message}`);
			}
		}
	}

	/** One conversion after the other: each moves what stands behind it. */
	async #file(named: Named): Promise<void> {
		while (await this.#next(named)) {
			// the text is another one now
		}
	}

	/** For the files as they are by now. */
	#examiner(): FileAnalyzer {
		return new FileAnalyzer(this.#engine, {
			cwd: this.#io.cwd,
			kernel: this.#options.kernel,
			configured: this.#configured,
			files: this.bench,
			definitions: (name) => this.#definitions.of(name),
		});
	}

	/** Each draft is one of the file as it is: nothing is changed by it. */
	async #drafts(named: Named, file: Examined): Promise<void> {
		const drafts = file.drafts().filter(({ offer }) => this.#options.targets.has(offer.target));
		for (const { offer, conversion, decisions } of drafts) {
			const objection = await this.#objection(named, file, conversion);
			if (objection !== undefined) {
				tell(this.#io, this.#refusal(named, file, offer, objection));
				this.left.push(this.#left(named, file, offer, objection));
				continue;
			}
			const told = decisions.map((spot) => this.#decision(named, file, spot));
			this.#tellMade(named, offer, conversion, 'draft: ');
			for (const { shown, text } of told) tell(this.#io, `${shown}: ${text}`);
			const { made } = this.#make(named, file, offer, conversion);
			const places = told.map(({ path, text }) => `${path}: ${text}`);
			this.made.push(made);
			this.patches.push(draftPatch(made, places));
		}
		const drafted = new Set(drafts.flatMap(({ offer }) => offer.sites.map(({ start }) => start)));
		for (const offer of file.offers()) {
			if (!this.#options.targets.has(offer.target) || offer.sites.some(({ start }) => drafted.has(start))) continue;
			if (offer.conversions.length > 0) {
				const { line } = this.#place(named, offer);
				tell(this.#io, `${named.shown}:${line}: converts without a draft: leave out --draft`);
				continue;
			}
			tell(this.#io, this.#refusal(named, file, offer, undefined));
			this.left.push(this.#left(named, file, offer, undefined));
		}
	}

	/** What is to be decided, with the place it is about: as it is shown, and from the top of the tree. */
	#decision(named: Named, file: Examined, spot: Draft['decisions'][number]) {
		const { place, message: text } = spot;
		const { tree, path: own } = file.judged;
		const line = place?.line ?? new Lines(this.bench.text(named.absolute)).position(spot.start).line;
		const shown = `${place ? file.elsewhere(place).shown : named.shown}:${line}`;
		return { shown, path: `${place?.path ?? (tree ? own : named.path)}:${line}`, text };
	}

	async #next(named: Named): Promise<boolean> {
		const text = this.bench.text(named.absolute);
		return this.#examiner().examine(named, text, async (file) => {
			if (this.#options.print === 'drafts') {
				await this.#drafts(named, file);
				return false;
			}
			const offers = file.offers();
			const blocked: { readonly line: string; readonly left: Left }[] = [];
			for (const [i, offer] of offers.entries()) {
				if (!this.#options.targets.has(offer.target)) continue;
				const chosen = this.#chosen(offer);
				const objection = chosen && (await this.#objection(named, file, chosen));
				if (objection === undefined && (await this.#mend(named, file, offer, i))) return true;
				if (chosen && objection === undefined) {
					await this.#apply(named, file, offer, chosen);
					return true;
				}
				blocked.push({
					line: this.#refusal(named, file, offer, objection),
					left: this.#left(named, file, offer, objection),
				});
			}
			for (const { line, left } of blocked) {
				tell(this.#io, line);
				this.left.push(left);
			}
			return false;
		});
	}

	#chosen({ conversions }: Offer): Conversion | undefined {
		return (this.#options.shortTerm && conversions.find(({ longterm }) => !longterm)) || conversions[0];
	}

	async #objection(named: Named, file: Examined, { assumptions: claims }: Conversion): Promise<string | undefined> {
		const { tree } = file.judged;
		const top = tree?.root ?? folderOf(named, this.#io.cwd);
		if (top === undefined) return undefined;
		const inTree = (path: string) => tree?.relative(path) ?? fromFolder(this.#io.cwd, path);
		const others = await this.#strangers.to(claims, top, inTree);
		const [first] = file.objections(
			claims,
			others.filter(({ path }) => path !== file.judged.path),
		);
		return first && `${first.name}() (${first.path}:${first.line}) ${first.why}`;
	}

	/** What is wrong with these pages already is a patch of its own, where patches are wanted. @returns the text is another one now */
	async #mend(named: Named, file: Examined, offer: Offer, place: number): Promise<boolean> {
		if (this.#options.print !== 'patch' && this.#options.print !== 'series') return false;
		const text = this.bench.text(named.absolute);
		const mended = await mend({
			offer,
			conversion: this.#chosen(offer),
			text,
			source: this.bench.source(named.absolute),
			file: named.absolute,
			root: file.judged.tree?.root ?? slashed(this.#io.cwd),
			analyse: file.analyse,
			again: (changed) =>
				this.#examiner().examine(named, changed, (other) => ({
					analysis: other.analyse(changed, false),
					offer: other.offers()[place],
				})),
		});
		if (!mended) return false;
		this.bench.put(named.absolute, mended.text);
		this.patches.push(mended.patch);
		this.version = file.judged.kernel.version;
		const lines = new Lines(text);
		for (const { start, message, rule } of mended.findings)
			tell(this.#io, `${named.shown}:${lines.position(start).line}: fixed first: ${message} [${rule}]`);
		return true;
	}

	async #apply(named: Named, file: Examined, offer: Offer, conversion: Conversion): Promise<void> {
		this.#tellMade(named, offer, conversion, '');
		const { made, texts } = this.#make(named, file, offer, conversion);
		for (const [path, text] of texts) this.bench.put(path, text);
		this.made.push(made);
		this.patches.push(conversionPatch(made));
	}

	#tellMade(named: Named, offer: Offer, { takers, former, api, longterm, notes }: Conversion, kind: string): void {
		const at = `${named.shown}:${this.#place(named, offer).line}`;
		const calls = former.map((name) => `${name}()`).join(', ');
		const functions = takers.map((name) => `${name}()`).join(', ');
		tell(this.#io, `${at}: ${kind}${calls} in ${functions} -> ${api}()${longterm ? ' with FOLL_LONGTERM' : ''}`);
		for (const note of notes) tell(this.#io, `${at}: note: ${note}`);
	}

	/** What a conversion makes of the files. */
	#make(
		named: Named,
		file: Examined,
		offer: Offer,
		conversion: Conversion,
	): { readonly made: Made; readonly texts: ReadonlyMap<string, string> } {
		const { tree, kernel, path } = file.judged;
		const root = tree?.root ?? slashed(this.#io.cwd);
		const texts = new Map<string, string>();
		const diffs = [...new Set(conversion.edits.map((edit) => edit.path))].map((changed): FileDiff => {
			const absolute = changed === undefined ? named.absolute : file.fileOf(changed);
			if (absolute === undefined) throw new Refusal(`${changed} is not there any more`);
			const before = this.bench.text(absolute);
			const after = applyEdits(
				before,
				conversion.edits.filter((edit) => edit.path === changed),
			);
			texts.set(absolute, after);
			const name = fromFolder(root, absolute);
			return { path: name, diff: unified(name, before, after, this.bench.source(absolute)) };
		});
		this.version = kernel.version;
		return { made: { offer, conversion, longTerm: longTermOf(tree?.root, kernel), path, root, diffs }, texts };
	}

	#place(named: Named, { sites }: Offer): { line: number; column: number } {
		return new Lines(this.bench.text(named.absolute)).position(sites[0]?.start ?? 0);
	}

	#left(named: Named, { judged }: Examined, { function: name, refusal }: Offer, objection: string | undefined): Left {
		return {
			path: judged.tree ? judged.path : named.path,
			function: name,
			reason: reasonOf(refusal, objection),
		};
	}

	#refusal(named: Named, file: Examined, offer: Offer, objection: string | undefined): string {
		const { line, column } = this.#place(named, offer);
		const reason = reasonOf(offer.refusal, objection);
		const lines = new Lines(this.bench.text(named.absolute));
		const places = (offer.refusal?.places ?? []).map((spot) => {
			if (!spot.place) return `${spot.message} (line ${lines.position(spot.start).line})`;
			return `${spot.message} (${file.elsewhere(spot.place).shown}:${spot.place.line})`;
		});
		return `${named.shown}:${line}:${column}: not converted: ${[reason, ...places].join('; ')}`;
	}
}

function reasonOf(refusal: Offer['refusal'], objection: string | undefined): string {
	return objection ?? refusal?.reason ?? 'no conversion';
}

/** Outside a tree, what lies below the working directory belongs together. */
function folderOf({ absolute, path }: Named, cwd: string): string | undefined {
	return path.startsWith('..') ? parent(absolute) : slashed(cwd);
}

/** Writes a series; nothing where there is none. */
async function writeMails(
	{ patches, version, bench, left }: Converter,
	{ folder }: ConvertOptions,
	io: Io,
): Promise<void> {
	if (patches.length === 0 || folder === undefined) return;
	const roots = new Set(patches.map(({ root }) => root));
	if (roots.size > 1) throw new UsageError(`--series: a series is for one tree, these files are of ${roots.size}`);
	const [root = io.cwd] = roots;
	const total = bench.changes.map(({ path: absolute, source, text }) => {
		const path = fromFolder(root, absolute);
		return { path, diff: unified(path, source.text, text, source) };
	});
	const mails = await series(patches, total, version, left);
	writeSeries(folder, mails);
	for (const { name, recipients, complete } of mails)
		tell(
			io,
			`${folderName(folder, io.cwd)}/${name}: ${count(recipients, 'recipient')}${complete ? '' : '; MAINTAINERS was not read completely, recipients may be missing'}`,
		);
}

/** Converts the sites of files and folders. */
export async function convert(
	engine: Engine,
	paths: readonly string[],
	options: ConvertOptions,
	io: Io,
): Promise<Converted> {
	const work = new Converter(engine, paths, options, io);
	await work.all(paths);
	const { made, patches, bench } = work;
	if (options.print === undefined) await bench.write(io.within);
	else if (options.print === 'cocci')
		io.stdout.write(printable(semanticPatch(made.map(({ conversion }) => conversion))));
	else if (options.print === 'patch' || options.print === 'drafts') io.stdout.write(await mbox(patches));
	else if (options.print === 'series') await writeMails(work, options, io);
	else
		for (const { path, source, text } of bench.changes)
			io.stdout.write(unified(fromFolder(made[0]?.root ?? io.cwd, path), source.text, text, source));
	const kind = options.print === 'drafts' ? 'draft' : 'conversion';
	const isToMake = options.print !== undefined && options.print !== 'drafts';
	tell(io, `${count(made.length, kind)}${isToMake ? ' to make' : ''}, ${work.left.length} refused`);
	return { converted: made.length, refused: work.left.length, failed: work.failed };
}
