import {
	type ChangeAnnotation,
	type CodeAction,
	CodeActionKind,
	type Connection,
	type Diagnostic,
	type WorkspaceEdit,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import {
	type Change,
	type Claims,
	CONVERTING,
	type Draft,
	type FileEdit,
	type Finding,
	type Neighbour,
	type Offer,
	WHOLE_FILE,
} from '../engine.js';
import type { Edit } from '../rules/rule.js';
import type { SiblingSource } from '../workspace/neighbours.js';
import { sentence } from '../workspace/wording.js';
import type { ClientCapabilities } from './client.js';
import type { Analysed, DocumentStore } from './document-store.js';
import { type ChangedFile, type Preview, toWorkspaceEdit } from './edits.js';
import { touches } from './positions.js';
import { type ActionRequest, diagnosticOf, MOST_LISTED, warn } from './request.js';

const LABELS: Readonly<Record<FileEdit['label'], string>> = {
	take: 'Pin the pages',
	release: 'Unpin the pages',
	declaration: 'Declarations',
	flag: 'Save iov_iter_extract_will_pin()',
	comment: 'Comments and messages',
};

/** All conversions of the file in one go. */
export const CONVERT_ALL = `${CodeActionKind.Source}.convertAll.gup-lens`;

/** To try a conversion both states of its files are analysed. */
const ANALYSES = 3;

/** UTF-16 units of a file whose conversions are listed unasked: in a longer one to plan them takes as long as to analyse it anew. */
const LONGEST_PLANNED = 500_000;

const CHANGED = 'the file has changed';

/** Files of a tree that may have a hand in what a conversion changes. @param root URI of the tree or folder */
export type FindExternalUsers = (
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
	/** A person has to decide something first. */
	readonly isDraft?: boolean;
}

/** An action before it is dressed. */
interface Proposed {
	readonly title: string;
	/** Start of the first site; null for all of the file. */
	readonly site: number | null;
	readonly longterm: boolean;
	readonly isDraft?: boolean;
	/** Findings it is an answer to. */
	readonly about: readonly Finding[];
	readonly isPreferred?: boolean;
}

/** The conversions of sites as code actions: quick fixes of what is found there. */
export class Conversions {
	readonly #connection: Connection;
	readonly #client: ClientCapabilities;
	readonly #documents: DocumentStore;
	readonly #strangers: FindExternalUsers | undefined;

	constructor(
		connection: Connection,
		client: ClientCapabilities,
		documents: DocumentStore,
		strangers: FindExternalUsers | undefined,
	) {
		this.#connection = connection;
		this.#client = client;
		this.#documents = documents;
		this.#strangers = strangers;
	}

	/**
	 * Actions for the calls in a range, whatever was found there, and one for all of the file; one that says what blocks it for a
	 * call that is refused, where the client shows such.
	 */
	async actions(request: ActionRequest): Promise<CodeAction[]> {
		const { analysed, range, step } = request;
		if (analysed.document.getText().length > LONGEST_PLANNED) return this.#tooLong();
		await step();
		const plans = this.#documents.plans(analysed);
		const here = plans.filter(({ calls }) => calls.some((call) => touches(call, range))).slice(0, MOST_LISTED);
		if (here.length === 0) return [];
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
		if (possible > 1 && this.#client.resolvesActions) {
			const about = [...new Set(here.flatMap((plan) => findingsOf(plan, request)))];
			actions.push(this.#action({ title: WHOLE_FILE, site: null, longterm: false, about }, request));
		}
		return actions;
	}

	#tooLong(): CodeAction[] {
		if (!this.#client.disabledActions) return [];
		const reason = 'conversions of so long a file are worked out when they are asked for: use "Convert File to Pins"';
		return [{ title: 'Conversions are not listed', kind: CodeActionKind.QuickFix, disabled: { reason } }];
	}

	/** All of the file, whatever is found where the cursor stands; what blocks it where nothing can be converted. */
	async source(request: ActionRequest): Promise<CodeAction[]> {
		const { analysed, step } = request;
		await step();
		const plans = this.#documents.plans(analysed);
		const possible: Offer[] = [];
		for (const plan of plans) {
			// with a second one it is all of the file, which is worked out when it is chosen
			if (possible.length > 1) break;
			const offer = (await this.#tried(plan, request)) ?? plan;
			if (offer.conversions.length > 0) possible.push(offer);
		}
		const [only, second] = possible;
		if (!only) {
			const [blocked] = plans;
			const reason = blocked?.refusal?.reason;
			if (!blocked || reason === undefined || !this.#client.disabledActions) return [];
			return [{ ...refused(blocked.target, reason), kind: CONVERT_ALL }];
		}
		const [first] = only.conversions;
		const one = {
			title: first?.title ?? WHOLE_FILE,
			site: only.sites[0]?.start ?? 0,
			longterm: first?.longterm ?? false,
		};
		const wanted = second ? { title: WHOLE_FILE, site: null, longterm: false } : one;
		const action = { ...this.#action({ ...wanted, about: [] }, request), kind: CONVERT_ALL };
		if (this.#client.resolvesActions) return [action];
		const resolved = await this.resolve(action, action.data);
		return resolved.edit ? [resolved] : [];
	}

	/** The plan with the conversions that hold; undefined where it takes too long to try them now. */
	async #tried(plan: Offer, { analysed, budget, step }: ActionRequest): Promise<Offer | undefined> {
		if (plan.conversions.length === 0) return plan;
		if (!budget.take(ANALYSES * plan.conversions.length)) return undefined;
		await step();
		return this.#documents.proveOffer(analysed, plan);
	}

	async #actionsOf(offer: Offer, request: ActionRequest): Promise<CodeAction[]> {
		const { sites, target, refusal, conversions, isTidy } = offer;
		const about = findingsOf(offer, request);
		const asked = about.some(({ rule }) => CONVERTING.has(rule));
		const actions: CodeAction[] = [];
		if (refusal && this.#client.disabledActions)
			actions.push({ ...refused(target, refusal.reason), diagnostics: this.#diagnostics(about, request) });
		const draft = refusal && (await this.#draftOf(offer, request));
		if (draft) {
			const title = `Draft: ${draft.conversion.title}`;
			const site = draft.offer.sites[0]?.start ?? 0;
			actions.push(this.#action({ title, site, longterm: false, isDraft: true, about: [] }, request));
		}
		for (const { title, longterm } of conversions) {
			const isPreferred = asked && !isTidy && actions.length === 0;
			const action = this.#action({ title, site: sites[0]?.start ?? 0, longterm, about, isPreferred }, request);
			if (this.#client.resolvesActions) actions.push(action);
			else {
				const resolved = await this.resolve(action, action.data);
				if (resolved.edit) actions.push(resolved);
			}
		}
		return actions;
	}

	/** A draft, where the client shows what is to be decided before it makes the changes. */
	async #draftOf({ calls }: Offer, { analysed, budget, step }: ActionRequest): Promise<Draft | undefined> {
		const { resolvesActions, documentChanges, changeAnnotations } = this.#client;
		if (!resolvesActions || !documentChanges || !changeAnnotations || !budget.take(ANALYSES)) return undefined;
		await step();
		const drafts = this.#documents.drafts(analysed);
		return drafts.find(({ offer }) => offer.calls.some((call) => calls.some(({ start }) => start === call.start)));
	}

	#action(
		{ title, site, longterm, isDraft, about, isPreferred }: Proposed,
		request: ActionRequest,
	): CodeAction & { readonly data: ConversionWanted } {
		const { document, version } = request.analysed;
		return {
			title: sentence(title),
			kind: isDraft ? CodeActionKind.RefactorRewrite : CodeActionKind.QuickFix,
			diagnostics: this.#diagnostics(about, request),
			data: { kind: 'conversion', uri: document.uri, version, site, longterm, ...(isDraft ? { isDraft } : {}) },
			...(isPreferred && this.#client.preferredActions ? { isPreferred } : {}),
		};
	}

	#diagnostics(about: readonly Finding[], request: ActionRequest): Diagnostic[] {
		return about.map((finding) => diagnosticOf(finding, request, this.#client));
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
	async #edit({ uri, version, site, longterm, isDraft }: ConversionWanted): Promise<WorkspaceEdit | string> {
		const analysed = await this.#documents.analyse(uri);
		if (!analysed || analysed.version !== version) return CHANGED;
		const draft = isDraft && this.#documents.drafts(analysed).find(({ offer }) => offer.sites[0]?.start === site);
		if (isDraft && !draft) return CHANGED;
		const conversion = draft
			? draft.conversion
			: site === null
				? this.#wholeFile(analysed)
				: this.#conversion(analysed, site, longterm);
		if (typeof conversion === 'string') return conversion;
		const objection = await this.#objection(analysed, conversion);
		if (objection !== undefined) return objection;
		const touched = await this.#touched(analysed, conversion);
		if (typeof touched === 'string') return touched;
		const preview = previewOf(conversion);
		return toWorkspaceEdit(touched, this.#client, draft ? { ...preview, first: toDecide(draft) } : preview);
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

	async #objection({ document, context }: Analysed, { assumptions: claims }: Change): Promise<string | undefined> {
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

	async #touched({ document }: Analysed, { edits }: Change): Promise<ChangedFile[] | string> {
		const own = edits.filter((edit) => edit.path === undefined);
		const touched: ChangedFile[] = [{ document, version: document.version, edits: own }];
		for (const path of new Set(edits.flatMap((edit) => edit.path ?? []))) {
			const beside = this.#documents.beside(document.uri, path);
			if (!beside || !(await this.#documents.isCurrent(beside))) return `${path} has changed`;
			touched.push({ ...this.#asDocument(beside), edits: edits.filter((edit) => edit.path === path) });
		}
		return touched;
	}

	#asDocument({ file, text }: SiblingSource): Pick<ChangedFile, 'document' | 'version'> {
		const open = this.#documents.get(file);
		return open
			? { document: open, version: open.version }
			: { document: TextDocument.create(file, 'c', 0, text), version: null };
	}
}

/** What each change is for, in words. */
function previewOf({ edits, notes }: Change): Preview {
	const labels = new Map<Edit, FileEdit['label']>(edits.map((edit) => [edit, edit.label]));
	const description = sentence(notes.join('; '));
	const annotations = Object.fromEntries(
		Object.entries(LABELS).map(([id, label]) => [
			id,
			{ label, ...(description !== '' && id === 'take' ? { description } : {}) },
		]),
	);
	return { annotation: (edit) => labels.get(edit) ?? 'take', annotations };
}

/** What a person has to decide before a draft is made. */
function toDecide({ decisions }: Draft): ChangeAnnotation {
	const all = decisions.map(
		({ message, place }, i) => `${i + 1}. ${place ? `${place.path}:${place.line}: ` : ''}${message}`,
	);
	return { label: 'Draft: decide first', description: all.join('; ') };
}

/** Those that are about the calls of an offer: what asks for a conversion where there is such, else all that was found there. */
function findingsOf({ calls }: Offer, { here }: ActionRequest): readonly Finding[] {
	const about = here.filter((finding) => calls.some((call) => touches(finding, call)));
	const asking = about.filter(({ rule }) => CONVERTING.has(rule));
	return asking.length > 0 ? asking : about;
}

function refused(target: Offer['target'], reason: string): CodeAction {
	return {
		title: `Convert to ${target}()`,
		kind: CodeActionKind.QuickFix,
		disabled: { reason: sentence(reason) },
	};
}
