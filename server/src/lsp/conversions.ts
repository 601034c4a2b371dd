import {
	type AnnotatedTextEdit,
	type ChangeAnnotation,
	type CodeAction,
	CodeActionKind,
	type Connection,
	MessageType,
	ShowMessageNotification,
	type TextDocumentEdit,
	type TextEdit,
	type WorkspaceEdit,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import {
	type Change,
	type Claims,
	CONVERTING,
	type FileEdit,
	type Neighbour,
	type Offer,
	type Range,
	WHOLE_FILE,
} from '../engine.js';
import type { Beside } from '../workspace/neighbours.js';
import type { Client } from './client.js';
import type { Analysed, Documents } from './documents.js';
import type { Log } from './log.js';
import { toLspRange, touches } from './positions.js';

const LABELS: Readonly<Record<FileEdit['label'], string>> = {
	take: 'Take the pages as pins',
	release: 'Give the pins back',
	declaration: 'Declarations',
	flag: 'Remember whether the pages are pinned',
};

/** Files of a tree that may have a hand in what a conversion changes. @param root URI of the tree or folder */
export type FindStrangers = (
	claims: Claims,
	root: string,
	named: (uri: string) => string,
) => Promise<readonly Neighbour[]>;

interface Wanted {
	readonly uri: string;
	readonly version: number;
	/** Start of the first site; undefined for all of the file. */
	readonly site: number | undefined;
	readonly longterm: boolean;
}

/** One file of a conversion, as it was when that was worked out. */
interface Touched {
	readonly document: TextDocument;
	/** null: it is not open. */
	readonly version: number | null;
	readonly edits: readonly FileEdit[];
}

/** The conversions of sites as code actions. */
export class Conversions {
	readonly #connection: Connection;
	readonly #client: Client;
	readonly #documents: Documents;
	readonly #strangers: FindStrangers | undefined;
	readonly #log: Log;

	constructor(
		connection: Connection,
		client: Client,
		documents: Documents,
		strangers: FindStrangers | undefined,
		log: Log,
	) {
		this.#connection = connection;
		this.#client = client;
		this.#documents = documents;
		this.#strangers = strangers;
		this.#log = log;
	}

	/** Actions for the sites in a range, and one for all of the file; one that says what blocks it for a site that is refused, where the client shows such. */
	async actions(analysed: Analysed, range: Range): Promise<CodeAction[]> {
		const { document, context, analysis } = analysed;
		if (!analysis.findings.some((found) => CONVERTING.has(found.rule) && touches(found, range))) return [];
		const all = this.#documents.offers(document, context);
		const { uri, version } = document;
		const actions: CodeAction[] = [];
		const offered = async (title: string, site: number | undefined, longterm: boolean): Promise<void> => {
			const data: Wanted = { uri, version, site, longterm };
			const action: CodeAction = { title, kind: CodeActionKind.RefactorRewrite, data };
			const shown = this.#client.resolvesActions ? action : await this.resolve(action);
			if (this.#client.resolvesActions || shown.edit) actions.push(shown);
		};
		for (const offer of all.filter(({ sites }) => sites.some((site) => touches(site, range)))) {
			if (offer.refusal && this.#client.disabledActions) actions.push(refused(offer, offer.refusal.reason));
			for (const { title, longterm } of offer.conversions) await offered(title, offer.sites[0]?.start ?? 0, longterm);
		}
		const possible = all.filter(({ conversions }) => conversions.length > 0).length;
		// working it out takes several times as long: only when it is chosen
		if (possible > 1 && this.#client.resolvesActions) await offered(WHOLE_FILE, undefined, false);
		return actions;
	}

	/** The action with its edit; without one, and told why, where a file has changed or somebody else has a hand in the pages. */
	async resolve(action: CodeAction): Promise<CodeAction> {
		const wanted = action.data as Wanted | undefined;
		if (!wanted) return action;
		const { data: _, ...rest } = action;
		try {
			const made = await this.#edit(wanted);
			if (typeof made !== 'string') return { ...rest, edit: made };
			if (this.#client.resolvesActions) await this.#tell(`Not converted: ${made}.`);
		} catch (error) {
			this.#log.error(`converting ${wanted.uri}`, error);
		}
		return rest;
	}

	/** A message that wants no answer. */
	#tell(message: string): Promise<void> {
		return this.#connection.sendNotification(ShowMessageNotification.type, { type: MessageType.Warning, message });
	}

	/** @returns why there is none */
	async #edit({ uri, version, site, longterm }: Wanted): Promise<WorkspaceEdit | string> {
		const analysed = await this.#documents.analyse(uri, false);
		if (!analysed || analysed.document.version !== version) return 'the file has changed meanwhile';
		const { document, context } = analysed;
		const conversion =
			site === undefined
				? this.#documents.wholeFile(document, context)
				: this.#documents
						.offers(document, context)
						.find(({ sites }) => sites[0]?.start === site)
						?.conversions.find((one) => one.longterm === longterm);
		if (!conversion)
			return site === undefined ? 'one conversion stands in the way of the others' : 'the file has changed meanwhile';
		const objection = await this.#objection(analysed, conversion);
		if (objection !== undefined) return objection;
		const touched = await this.#touched(analysed, conversion);
		if (typeof touched === 'string') return touched;
		return this.#dressed(touched, conversion);
	}

	async #objection({ document, context }: Analysed, { claims }: Change): Promise<string | undefined> {
		const root = context.tree?.root ?? document.uri.slice(0, document.uri.lastIndexOf('/'));
		if (!this.#strangers || !root.startsWith('file:')) return undefined;
		const named = (uri: string): string => context.tree?.relative(uri) ?? uri.slice(root.length + 1);
		const files = await this.#strangers(claims, root, named);
		const [first] = this.#documents.objections(
			document,
			context,
			claims,
			files.filter(({ path }) => path !== context.path),
		);
		return first && `${first.name}() in ${first.path}, line ${first.line}, ${first.why}`;
	}

	async #touched({ document }: Analysed, { edits }: Change): Promise<Touched[] | string> {
		const own = edits.filter((edit) => edit.path === undefined);
		const touched: Touched[] = [{ document, version: document.version, edits: own }];
		for (const path of new Set(edits.flatMap((edit) => edit.path ?? []))) {
			const beside = this.#documents.beside(document.uri, path);
			if (!beside || !(await this.#documents.isCurrent(beside))) return `${path} has changed meanwhile`;
			touched.push({ ...this.#asDocument(beside), edits: edits.filter((edit) => edit.path === path) });
		}
		return touched;
	}

	#asDocument({ file, text }: Beside): Pick<Touched, 'document' | 'version'> {
		const open = this.#documents.get(file);
		return open
			? { document: open, version: open.version }
			: { document: TextDocument.create(file, 'c', 0, text), version: null };
	}

	#dressed(touched: readonly Touched[], { notes }: Change): WorkspaceEdit {
		const annotates = this.#client.changeAnnotations;
		const range = (document: TextDocument, { text, ...at }: FileEdit): TextEdit => ({
			range: toLspRange(document, at),
			newText: text,
		});
		if (!this.#client.documentChanges)
			return {
				changes: Object.fromEntries(
					touched.map(({ document, edits }) => [document.uri, edits.map((edit) => range(document, edit))]),
				),
			};
		const documentChanges = touched.map(({ document, version, edits }): TextDocumentEdit => {
			const { uri } = document;
			const changes = edits.map((edit): TextEdit | AnnotatedTextEdit =>
				annotates ? { ...range(document, edit), annotationId: edit.label } : range(document, edit),
			);
			return { textDocument: { uri, version }, edits: changes };
		});
		if (!annotates) return { documentChanges };
		const labels = new Set(touched.flatMap(({ edits }) => edits.map(({ label }) => label)));
		const changeAnnotations: Record<string, ChangeAnnotation> = {};
		for (const label of labels)
			changeAnnotations[label] = {
				label: LABELS[label],
				// VS Code leaves out what needs confirmation and is not ticked: half a conversion is a use after free
				needsConfirmation: false,
				...(notes.length > 0 && label === 'take' ? { description: notes.join('; ') } : {}),
			};
		return { documentChanges, changeAnnotations };
	}
}

function refused({ target }: Offer, reason: string): CodeAction {
	return { title: `Convert to ${target}()`, kind: CodeActionKind.RefactorRewrite, disabled: { reason } };
}
