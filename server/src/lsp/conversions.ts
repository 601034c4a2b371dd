import {
	type AnnotatedTextEdit,
	type ChangeAnnotation,
	type CodeAction,
	CodeActionKind,
	type Connection,
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
	WHOLE_FILE,
} from '../engine.js';
import type { Beside } from '../workspace/neighbours.js';
import { sentence } from '../workspace/wording.js';
import type { Client } from './client.js';
import type { Analysed, Documents } from './documents.js';
import { toLspRange, touches } from './positions.js';
import { type ActionRequest, MOST_LISTED, warn } from './request.js';

const LABELS: Readonly<Record<FileEdit['label'], string>> = {
	take: 'Pin the pages',
	release: 'Unpin the pages',
	declaration: 'Declarations',
	flag: 'Save iov_iter_extract_will_pin()',
	comment: 'Comments and messages',
};

/** To try a conversion both states of its files are analysed. */
const ANALYSES = 3;

const CHANGED = 'the file has changed';

/** Files of a tree that may have a hand in what a conversion changes. @param root URI of the tree or folder */
export type FindStrangers = (
	claims: Claims,
	root: string,
	named: (uri: string) => string,
) => Promise<readonly Neighbour[]>;

/** An action whose edit is worked out when it is chosen. */
export interface ConversionWanted {
	readonly kind: 'conversion';
	readonly uri: string;
	readonly version: number;
	/** Start of the first site; null for all of the file. */
	readonly site: number | null;
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

	constructor(connection: Connection, client: Client, documents: Documents, strangers: FindStrangers | undefined) {
		this.#connection = connection;
		this.#client = client;
		this.#documents = documents;
		this.#strangers = strangers;
	}

	/** Actions for the sites in a range, and one for all of the file; one that says what blocks it for a site that is refused, where the client shows such. */
	async actions(request: ActionRequest): Promise<CodeAction[]> {
		const { analysed, range, step } = request;
		if (!analysed.analysis.findings.some((found) => CONVERTING.has(found.rule) && touches(found, range))) return [];
		await step();
		const plans = this.#documents.plans(analysed);
		const here = plans.filter(({ sites }) => sites.some((site) => touches(site, range))).slice(0, MOST_LISTED);
		const actions: CodeAction[] = [];
		let possible = 0;
		for (const plan of [...here, ...plans.filter((plan) => !here.includes(plan))]) {
			const isHere = here.includes(plan);
			if (!isHere && (possible > 1 || !this.#client.resolvesActions)) break;
			const offer = (await this.#tried(plan, request)) ?? (this.#client.resolvesActions ? plan : undefined);
			if (!offer) continue;
			if (offer.conversions.length > 0) possible++;
			if (isHere) actions.push(...(await this.#actionsOf(offer, request)));
		}
		// working it out takes several times as long: only when it is chosen
		if (possible > 1 && this.#client.resolvesActions) actions.push(this.#action(WHOLE_FILE, null, false, request));
		return actions;
	}

	/** The plan with the conversions that hold; undefined where it takes too long to try them now. */
	async #tried(plan: Offer, { analysed, budget, step }: ActionRequest): Promise<Offer | undefined> {
		if (plan.conversions.length === 0) return plan;
		if (!budget.take(ANALYSES * plan.conversions.length)) return undefined;
		await step();
		return this.#documents.proveOffer(analysed, plan);
	}

	async #actionsOf({ sites, target, refusal, conversions }: Offer, request: ActionRequest): Promise<CodeAction[]> {
		const actions: CodeAction[] = [];
		if (refusal && this.#client.disabledActions) actions.push(refused(target, refusal.reason));
		for (const { title, longterm } of conversions) {
			const action = this.#action(title, sites[0]?.start ?? 0, longterm, request);
			if (this.#client.resolvesActions) actions.push(action);
			else {
				const resolved = await this.resolve(action, action.data);
				if (resolved.edit) actions.push(resolved);
			}
		}
		return actions;
	}

	#action(
		title: string,
		site: number | null,
		longterm: boolean,
		{ analysed: { document, version } }: ActionRequest,
	): CodeAction & { readonly data: ConversionWanted } {
		const data: ConversionWanted = { kind: 'conversion', uri: document.uri, version, site, longterm };
		return { title: sentence(title), kind: CodeActionKind.RefactorRewrite, data };
	}

	/** The action with its edit; without one, and told why, where a file has changed or somebody else has a hand in the pages. */
	async resolve(action: CodeAction, wanted: ConversionWanted): Promise<CodeAction> {
		const { data: _, ...rest } = action;
		const made = await this.#edit(wanted);
		if (typeof made !== 'string') return { ...rest, edit: made };
		if (this.#client.resolvesActions) await warn(this.#connection, `Not converted: ${made}.`);
		return rest;
	}

	/** @returns why there is none */
	async #edit({ uri, version, site, longterm }: ConversionWanted): Promise<WorkspaceEdit | string> {
		const analysed = await this.#documents.analyse(uri);
		if (!analysed || analysed.version !== version) return CHANGED;
		const conversion = site === null ? this.#wholeFile(analysed) : this.#conversion(analysed, site, longterm);
		if (typeof conversion === 'string') return conversion;
		const objection = await this.#objection(analysed, conversion);
		if (objection !== undefined) return objection;
		const touched = await this.#touched(analysed, conversion);
		if (typeof touched === 'string') return touched;
		return this.#dressed(touched, conversion);
	}

	#wholeFile({ document, context }: Analysed): Change | string {
		return this.#documents.wholeFile(document, context) ?? 'conversions conflict with each other';
	}

	#conversion(analysed: Analysed, site: number, longterm: boolean): Change | string {
		const plan = this.#documents.plans(analysed).find(({ sites }) => sites[0]?.start === site);
		if (!plan) return CHANGED;
		const { conversions, refusal } = this.#documents.proveOffer(analysed, plan);
		return conversions.find((one) => one.longterm === longterm) ?? refusal?.reason ?? CHANGED;
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
			if (!beside || !(await this.#documents.isCurrent(beside))) return `${path} has changed`;
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
				...(notes.length > 0 && label === 'take' ? { description: sentence(notes.join('; ')) } : {}),
			};
		return { documentChanges, changeAnnotations };
	}
}

function refused(target: Offer['target'], reason: string): CodeAction {
	return {
		title: `Convert to ${target}()`,
		kind: CodeActionKind.RefactorRewrite,
		disabled: { reason: sentence(reason) },
	};
}
