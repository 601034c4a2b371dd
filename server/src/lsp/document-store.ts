import { LRUCache } from 'lru-cache';
import { type CancellationToken, LSPErrorCodes, ResponseError, type TextDocuments } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import {
	type AnalyseOptions,
	type Analysis,
	type Change,
	type Claims,
	type Draft,
	type Engine,
	type Finding,
	type MacroMeaning,
	type Neighbour,
	NO_NEEDS,
	type Objection,
	type Offer,
	type OpenFile,
	type Partners,
	type PathsReport,
	type Place,
	type Site,
} from '../engine.js';
import type { Fix } from '../rules/rule.js';
import { TOO_LARGE } from '../workspace/limits.js';
import type { Neighbourhood, SiblingSource } from '../workspace/neighbours.js';
import { parent } from '../workspace/paths.js';
import type { Context, Contexts } from './contexts.js';
import { isTooLarge } from './largeDocument.js';
import type { Log } from './log.js';

/** The findings of one version of a document. Valid until the next message is read: the document moves on in place. */
export interface Analysed {
	readonly document: TextDocument;
	/** Of the document, when it was analysed. */
	readonly version: number;
	readonly context: Context;
	readonly analysis: Analysis;
	/** The engine gave up on this text; `analysis` is then empty. */
	readonly failed: boolean;
	/** Why this text is not analysed, behind "the file is"; `analysis` is then empty. */
	readonly skipped: string | undefined;
	/** URI of the file a place of the findings lies in; undefined when that file is not known any more. */
	uriOf(place: Place): string | undefined;
}

interface Held {
	/** What is known is known of this text: versions are the client's, and may come twice. */
	text: string;
	context: Context;
	failed: boolean;
	/** Other files this text is analysed with; undefined until they were looked for. */
	neighbours: readonly SiblingSource[] | undefined;
	/** With the fixes as the rules propose them; made when first asked for. */
	analysis: Analysis | undefined;
	/** Milliseconds that took. */
	took: number;
	/** What may be done about its sites; worked out when first asked for. */
	plans: readonly Offer[] | undefined;
	drafts: readonly Draft[] | undefined;
	/** What was tried so far. */
	tried: Tried;
}

/** The engine file of a document; a new object for each size, because the cache measures a value when it is new. */
interface Kept {
	readonly file: OpenFile;
}

/** Fixes and conversions that hold, by what they are for. */
interface Tried {
	readonly fixes: WeakMap<Finding, readonly Fix[]>;
	readonly offers: WeakMap<Offer, Offer>;
}

/** Nothing is known of this text yet. */
function unjudged() {
	return {
		failed: false,
		neighbours: undefined,
		analysis: undefined,
		took: 0,
		plans: undefined,
		drafts: undefined,
		tried: { fixes: new WeakMap(), offers: new WeakMap() },
	};
}

/** What a finding adds to the cost of an analysis, in characters. */
const FINDING = 2_000;
/** Characters of usual code that are analysed in a millisecond. */
const PER_MILLISECOND = 2_000;
/** Characters that are analysed for an action that was chosen: some seconds. */
const MOST_CHOSEN = 5_000_000;
/** Characters of a text that is never worth a thought. */
const SHORT = 50_000;

/**
 * Characters of texts whose trees and analyses are kept, those asked for last: a character costs some 30 bytes. Of the other open
 * documents the findings are kept, which is what clients ask for without anybody looking at them.
 */
const MOST_KEPT = 1_500_000;

const NOTHING: Analysis = { findings: [], irrelevant: false, unread: [], bounded: [] };

/** One engine file for each of the open documents that were asked for last, and the last result of all. */
export class DocumentStore {
	readonly #texts: TextDocuments<TextDocument>;
	readonly #engine: Engine;
	readonly #contexts: Contexts;
	readonly #neighbourhood: Neighbourhood;
	readonly #log: Log;
	readonly #held = new Map<string, Held>();
	/** By URI. */
	readonly #files = new LRUCache<string, Kept>({
		maxSize: MOST_KEPT,
		dispose: ({ file }) => this.#dispose(file),
		noDisposeOnSet: true,
	});
	/** Edits of any document so far: what was read of one before is not to be kept after. */
	#edits = 0;

	constructor(
		texts: TextDocuments<TextDocument>,
		engine: Engine,
		contexts: Contexts,
		neighbourhood: Neighbourhood,
		log: Log,
	) {
		this.#texts = texts;
		this.#engine = engine;
		this.#contexts = contexts;
		this.#neighbourhood = neighbourhood;
		this.#log = log;
	}

	get(uri: string): TextDocument | undefined {
		return this.#texts.get(uri);
	}

	uris(): string[] {
		return this.#texts.keys();
	}

	/** Of how many documents the trees are kept, and the UTF-16 units of their texts. */
	get kept(): { readonly documents: number; readonly characters: number } {
		const characters = [...this.#files.keys()].reduce((sum, uri) => sum + (this.#held.get(uri)?.text.length ?? 0), 0);
		return { documents: this.#files.size, characters };
	}

	context(uri: string): Promise<Context> {
		return this.#contexts.of(uri);
	}

	/** The other files the newest text is analysed with are found: before anything is asked of its pages. */
	async ready(uri: string, token?: CancellationToken): Promise<void> {
		if (!this.#texts.get(uri)) return;
		await this.#meet(uri, await this.#contexts.of(uri), token);
	}

	/**
	 * Findings of the newest text of an open document, with unproven fixes.
	 * @returns undefined when the document is closed or the request was cancelled meanwhile
	 */
	async analyse(uri: string, token?: CancellationToken): Promise<Analysed | undefined> {
		if (!this.#texts.get(uri)) return undefined;
		const context = await this.#contexts.of(uri);
		// Let messages that wait be read first: a cancellation or a newer edit makes the work below idle.
		await nextTurn();
		await this.#meet(uri, context, token);
		const document = this.#texts.get(uri);
		if (!document || token?.isCancellationRequested) return undefined;
		const { version } = document;
		if (isTooLarge(document)) {
			this.forget(uri);
			return {
				document,
				version,
				context,
				analysis: NOTHING,
				failed: false,
				skipped: TOO_LARGE,
				uriOf: () => undefined,
			};
		}
		const held = this.#hold(document, context);
		const analysis = held.analysis ?? this.#run(held, document);
		held.analysis = analysis;
		const { failed } = held;
		return { document, version, context, analysis, failed, skipped: undefined, uriOf: (place) => uriOf(held, place) };
	}

	/**
	 * Let messages that wait be read between two steps of a request.
	 * @throws a ResponseError where that request was cancelled, or the document moved on
	 */
	async step(analysed: Analysed, token: CancellationToken): Promise<void> {
		await nextTurn();
		if (token.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled');
		this.#current(analysed);
	}

	/** What an analysis of the document costs, in characters of usual code. */
	costOf(analysed: Analysed): number {
		const { length } = analysed.document.getText();
		const { took } = this.#current(analysed);
		const cost = length + FINDING * analysed.analysis.findings.length;
		// of a short text the first analyses tell how long it takes to start
		return length > SHORT ? Math.max(cost, took * PER_MILLISECOND) : cost;
	}

	/** How many analyses a document is worth when somebody has chosen an action; at least one. */
	analysesOf(analysed: Analysed): number {
		return Math.ceil(MOST_CHOSEN / this.costOf(analysed));
	}

	/** Those of the unproven fixes of a finding that hold. */
	prove(analysed: Analysed, finding: Finding): readonly Fix[] {
		const { tried } = this.#current(analysed);
		const { document, context, analysis } = analysed;
		const ask = (file: OpenFile, options: AnalyseOptions) => file.prove(document.getText(), options, analysis, finding);
		const fixes = tried.fixes.get(finding) ?? this.#ask(document, context, ask) ?? [];
		tried.fixes.set(finding, fixes);
		return fixes;
	}

	/**
	 * Taking calls of a document with all that gives their pages back, from what its findings rest on.
	 * @param document as the client saw it; nothing is known of it once it has moved on
	 */
	partners(document: TextDocument, context: Context): readonly Partners[] {
		return this.#ask(document, context, (file, options) => file.partners(document.getText(), options)) ?? [];
	}

	/** Those of the call at an offset. */
	partnersAt(document: TextDocument, context: Context, offset: number): readonly Partners[] {
		return this.#ask(document, context, (file, options) => file.partnersAt(document.getText(), options, offset)) ?? [];
	}

	/**
	 * The paths of the pages that a line (from 1) of a document has to do with.
	 * @param about a finding of it, whose paths are marked
	 */
	paths(document: TextDocument, context: Context, line: number, about?: Finding): PathsReport | undefined {
		return this.#ask(document, context, (file, options) => file.paths(document.getText(), options, line, about));
	}

	/** The verdict on the call whose function is named at an offset. */
	siteAt(document: TextDocument, context: Context, offset: number): Site | undefined {
		return this.#ask(document, context, (file, options) => {
			const text = document.getText();
			const analysis = this.#held.get(document.uri)?.analysis ?? file.analyse(text, options);
			return file.siteAt(text, options, analysis, offset);
		});
	}

	/** What the macro named at an offset stands for. */
	macroAt(document: TextDocument, context: Context, offset: number): MacroMeaning | undefined {
		return this.#ask(document, context, (file, options) => file.macroAt(document.getText(), options, offset));
	}

	/** The function whose arguments follow the macro named at an offset. */
	macros(document: TextDocument, context: Context): (offset: number) => string | undefined {
		return (offset) => {
			const meaning = this.macroAt(document, context, offset);
			return meaning?.hasItsArguments ? meaning.api : undefined;
		};
	}

	/** What may be done about the sites of a document that should convert, before it was tried. */
	plans(analysed: Analysed): readonly Offer[] {
		const held = this.#current(analysed);
		const { document, context } = analysed;
		if (context.isExcluded) return [];
		held.plans ??= this.#ask(document, context, (file, options) => file.plans(document.getText(), options)) ?? [];
		return held.plans;
	}

	/** For sites of a document that are refused: conversions that a person has to decide about first. */
	drafts(analysed: Analysed): readonly Draft[] {
		const held = this.#current(analysed);
		const { document, context } = analysed;
		held.drafts ??= this.#ask(document, context, (file, options) => file.drafts(document.getText(), options)) ?? [];
		return held.drafts;
	}

	/** One of them with the conversions that hold. */
	proveOffer(analysed: Analysed, plan: Offer): Offer {
		const { tried } = this.#current(analysed);
		const { document, context } = analysed;
		const ask = (file: OpenFile, options: AnalyseOptions) => file.proveOffer(document.getText(), options, plan);
		const offer = tried.offers.get(plan) ?? this.#ask(document, context, ask) ?? { ...plan, conversions: [] };
		tried.offers.set(plan, offer);
		return offer;
	}

	/** All conversions of a document in one. */
	wholeFile(document: TextDocument, context: Context): Change | undefined {
		return this.#ask(document, context, (file, options) => file.wholeFile(document.getText(), options));
	}

	/** Functions of further files that have a hand in what a conversion of a document changes. */
	objections(
		document: TextDocument,
		context: Context,
		claims: Claims,
		files: readonly Neighbour[],
	): readonly Objection[] {
		const ask = (file: OpenFile, options: AnalyseOptions) =>
			file.objections(document.getText(), options, claims, files);
		return this.#ask(document, context, ask) ?? [];
	}

	/** The other file a document is analysed with that has this path. */
	beside(uri: string, path: string): SiblingSource | undefined {
		return this.#held.get(uri)?.neighbours?.find((neighbour) => neighbour.path === path);
	}

	/** The other file has still the text that was read. */
	isCurrent(beside: SiblingSource): Promise<boolean> {
		return this.#neighbourhood.isCurrent(beside);
	}

	/**
	 * Analyse a text in place of a document's own (a trial of fixes).
	 * @returns the engine's answer; throws what the engine throws
	 */
	trial(analysed: Analysed, text: string, fixes: AnalyseOptions['fixes'] & {}): Analysis {
		return this.#engine.analyse(text, this.#options(this.#current(analysed), fixes));
	}

	/**
	 * An open document has a new text that is not saved yet.
	 * @returns URIs of the documents that are analysed with it and want a new analysis
	 */
	neighbourEdited(document: TextDocument): readonly string[] {
		const { uri } = document;
		const stale: string[] = [];
		for (const [other, held] of this.#held) {
			const known = other === uri ? undefined : held.neighbours?.find(({ file }) => file === uri);
			if (!known || (!isTooLarge(document) && known.text === document.getText())) continue;
			Object.assign(held, unjudged());
			stale.push(other);
		}
		const folder = parent(uri);
		if ([...this.#held.keys()].some((other) => other !== uri && parent(other) === folder)) {
			this.#neighbourhood.edited(uri);
			this.#edits++;
		}
		return stale;
	}

	/**
	 * A file changed on disk or was saved.
	 * @returns true when documents that are analysed with it want a new analysis
	 */
	neighbourChanged(uri: string): boolean {
		this.#neighbourhood.forget(uri);
		const folder = parent(uri);
		let stale = false;
		for (const [other, held] of this.#held) {
			if (other === uri) continue;
			// what comes, and what goes, may be what is needed
			if (parent(other) !== folder && !held.neighbours?.some(({ file }) => file === uri)) continue;
			Object.assign(held, unjudged());
			stale = true;
		}
		return stale;
	}

	/** URI of the file a place lies in that an answer about the document names. */
	uriOf(uri: string, place: Place): string | undefined {
		const held = this.#held.get(uri);
		return held && uriOf(held, place);
	}

	/** Whatever was known of a document of that name is not about the one that is open now. */
	forget(uri: string): void {
		this.#held.delete(uri);
		this.#files.delete(uri);
	}

	/** The document was closed: free its trees, and what was read for it alone. */
	close(uri: string): void {
		this.forget(uri);
		this.#contexts.forget(uri);
		const folder = parent(uri);
		if (folder !== undefined && !this.uris().some((other) => parent(other) === folder))
			this.#neighbourhood.leave(folder);
	}

	dispose(): void {
		for (const uri of [...this.#held.keys()]) this.close(uri);
	}

	/** Find the files that the newest text is to be analysed with; once for each text. */
	async #meet(uri: string, context: Context, token: CancellationToken | undefined): Promise<void> {
		for (;;) {
			const document = this.#texts.get(uri);
			if (!document || token?.isCancellationRequested || isTooLarge(document)) return;
			const held = this.#hold(document, context);
			if (held.neighbours || held.failed) return;
			const { text } = held;
			const edits = this.#edits;
			const isCurrent = () => this.#held.get(uri) === held && held.text === text && this.#edits === edits;
			const neighbours = await this.#neighbourhood.of(
				uri,
				(path) => pathOf(path, context),
				(found) => {
					if (!isCurrent()) return NO_NEEDS;
					const options = { ...this.#options(held, false), neighbours: found };
					return this.#guarded(held, document, (file) => file.needs(text, options)) ?? NO_NEEDS;
				},
				undefined,
				context.tree === undefined,
			);
			// an edit meanwhile may need others
			if (!isCurrent() || document.getText() !== text) continue;
			held.neighbours = neighbours;
			return;
		}
	}

	/** @param document open */
	#hold(document: TextDocument, context: Context): Held {
		const { uri } = document;
		const text = document.getText();
		const held = this.#held.get(uri);
		if (!held) {
			const fresh: Held = { text, context, ...unjudged() };
			this.#held.set(uri, fresh);
			return fresh;
		}
		if (held.text !== text || held.context !== context) Object.assign(held, { text, context, ...unjudged() });
		return held;
	}

	#run(held: Held, document: TextDocument): Analysis {
		if (held.context.isExcluded) return NOTHING;
		const started = performance.now();
		const options = this.#options(held, 'unproven');
		const analysis = this.#guarded(held, document, (file) => file.analyse(document.getText(), options)) ?? NOTHING;
		held.took = performance.now() - started;
		return analysis;
	}

	/** What is held of a document that was analysed. @throws a ResponseError where it moved on */
	#current({ document, analysis }: Analysed): Held {
		const held = this.#held.get(document.uri);
		if (held?.analysis === analysis && held.text === document.getText()) return held;
		throw new ResponseError(LSPErrorCodes.ContentModified, 'the document has changed');
	}

	/** Ask the engine of a document that has not moved on. */
	#ask<T>(
		document: TextDocument,
		context: Context,
		ask: (file: OpenFile, options: AnalyseOptions) => T,
	): T | undefined {
		const open = this.#texts.get(document.uri);
		if (!open || isTooLarge(open) || open.getText() !== document.getText()) return undefined;
		const held = this.#hold(open, context);
		const options = this.#options(held, false);
		return held.failed ? undefined : this.#guarded(held, document, (file) => ask(file, options));
	}

	/** One document must never end the server: after a failure its trees are in doubt and go. */
	#guarded<T>(held: Held, document: TextDocument, ask: (file: OpenFile) => T): T | undefined {
		const { uri } = document;
		try {
			const file = this.#files.get(uri)?.file ?? this.#engine.open();
			// a text that is longer than all that are kept is kept alone
			this.#files.set(uri, { file }, { size: Math.min(held.text.length + 1, MOST_KEPT) });
			return ask(file);
		} catch (error) {
			this.#log.error(`analysing ${uri} (version ${document.version})`, error);
			this.#files.delete(uri);
			held.failed = true;
			return undefined;
		}
	}

	#dispose(file: OpenFile): void {
		try {
			file.dispose();
		} catch (error) {
			this.#log.error('freeing a syntax tree', error);
		}
	}

	#options(
		{ context: { path, kernel, settings, isModule, standIns }, neighbours = [] }: Held,
		fixes: AnalyseOptions['fixes'] & {},
	): AnalyseOptions {
		return { path, kernel, severities: settings.severities, fixes, neighbours, isModule, standIns };
	}
}

/** Path of a file beside a document or in its tree, as the engine knows the document's own. */
function pathOf(uri: string, { tree, path }: Context): string {
	if (tree) return tree.relative(uri);
	const name = uri.slice(uri.lastIndexOf('/') + 1);
	const folder = parent(path);
	return path.includes('/') ? `${folder}/${name}` : name;
}

function uriOf({ neighbours = [] }: Held, { path }: Place): string | undefined {
	return neighbours.find((neighbour) => neighbour.path === path)?.file;
}

function nextTurn(): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, 0));
}
