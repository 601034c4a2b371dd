import { type CodeAction, CodeActionKind, type Connection } from 'vscode-languageserver';
import type { Analysis, Finding } from '../engine.js';
import { type FixedAll, fixAll } from '../fixall.js';
import type { Edit, Fix } from '../rules/rule.js';
import { suppressionMeta } from '../rules/suppression.js';
import { sentence } from '../workspace/wording.js';
import type { ClientCapabilities } from './client.js';
import type { Analysed, DocumentStore } from './document-store.js';
import { editOf } from './edits.js';
import type { Log } from './log.js';
import { type ActionRequest, diagnosticOf, MOST_LISTED, warn } from './request.js';
import { suppress } from './suppression.js';

/** Every safe fix of the file in one go. */
export const FIX_ALL = `${CodeActionKind.SourceFixAll}.gup-lens`;

/** An action whose edit is worked out when it is chosen. */
export type FixWanted = Wanted &
	(
		| {
				readonly kind: 'fix';
				readonly rule: string;
				readonly start: number;
				readonly end: number;
				readonly title: string;
		  }
		/** `rule` null: the safe fixes of all rules. */
		| { readonly kind: 'fix all'; readonly rule: string | null }
	);

interface Wanted {
	readonly uri: string;
	readonly version: number;
}

type IsWanted = (finding: Finding, fix: Fix) => boolean;

const isSafe: IsWanted = (_, fix) => fix.safe;

/** The fixes of findings as code actions. */
export class Fixes {
	readonly #connection: Connection;
	readonly #client: ClientCapabilities;
	readonly #documents: DocumentStore;
	readonly #log: Log;

	constructor(connection: Connection, client: ClientCapabilities, documents: DocumentStore, log: Log) {
		this.#connection = connection;
		this.#client = client;
		this.#documents = documents;
		this.#log = log;
	}

	/** For the findings in the range: their fixes, then all of a rule. */
	async quick(request: ActionRequest): Promise<CodeAction[]> {
		const { here } = request;
		const actions: CodeAction[] = [];
		for (const finding of here) actions.push(...(await this.#fixesOf(finding, request)));
		for (const rule of new Set(here.map(({ rule }) => rule))) actions.push(...(await this.#fixAllOf(rule, request)));
		return actions;
	}

	/** A comment for each of the findings that keeps the code; behind them what is not listed. */
	suppressions(request: ActionRequest): CodeAction[] {
		const { here, unlisted } = request;
		return [
			...here.flatMap((finding) => this.#suppression(finding, request)),
			...(unlisted > 0 && this.#client.disabledActions ? [notListed(unlisted)] : []),
		];
	}

	/** Every safe fix of the file. */
	async source(request: ActionRequest): Promise<CodeAction[]> {
		const fixable = request.analysed.analysis.findings.filter(({ fixes }) => fixes.some(({ safe }) => safe));
		return this.#allOf({ title: 'Fix all safe GUP Lens findings', kind: FIX_ALL }, fixable, null, request);
	}

	/** The action with its edit; without one, and the user told why, where it does not hold. */
	async resolve(action: CodeAction, wanted: FixWanted): Promise<CodeAction> {
		const { data: _, ...rest } = action;
		const analysed = await this.#documents.analyse(wanted.uri);
		if (!analysed || analysed.version !== wanted.version) {
			await warn(this.#connection, 'Not fixed: the file has changed.');
			return rest;
		}
		const edits = wanted.kind === 'fix' ? this.#one(analysed, wanted) : this.#all(analysed, wanted.rule).edits;
		if (edits?.length) return { ...rest, edit: editOf(analysed.document, edits, this.#client, labelOf(action)) };
		await warn(this.#connection, 'Not fixed: the fix would not reduce the findings.');
		return rest;
	}

	#one(analysed: Analysed, wanted: FixWanted & { kind: 'fix' }): readonly Edit[] | undefined {
		const { rule, start, end, title } = wanted;
		const finding = analysed.analysis.findings.find(
			(one) => one.rule === rule && one.start === start && one.end === end,
		);
		return finding && this.#documents.prove(analysed, finding).find((fix) => fix.title === title)?.edits;
	}

	async #fixesOf(finding: Finding, request: ActionRequest): Promise<CodeAction[]> {
		const { analysed, budget } = request;
		if (finding.fixes.length === 0) return [];
		const diagnostics = [diagnosticOf(finding, request, this.#client)];
		const shown = (fixes: readonly Fix[], more: (fix: Fix) => Partial<CodeAction>): CodeAction[] => {
			const preferred = this.#client.preferredActions ? fixes.find(({ safe }) => safe) : undefined;
			return fixes
				.toSorted((a, b) => Number(b === preferred) - Number(a === preferred))
				.map((fix) => ({
					title: sentence(fix.title),
					kind: CodeActionKind.QuickFix,
					diagnostics,
					...more(fix),
					...(fix === preferred ? { isPreferred: true } : {}),
				}));
		};
		if (budget.take(finding.fixes.length)) {
			await request.step();
			const proven = this.#documents.prove(analysed, finding);
			return shown(proven, ({ title, edits }) => ({ edit: editOf(analysed.document, edits, this.#client, title) }));
		}
		if (!this.#client.resolvesActions) return this.#leftOut(analysed);
		const { rule, start, end } = finding;
		return shown(finding.fixes, ({ title }) => ({
			data: { ...wantedIn(analysed), kind: 'fix', rule, start, end, title } satisfies FixWanted,
		}));
	}

	/** For one rule, also unsafe fixes: the user names it. Worth offering from two findings on. */
	async #fixAllOf(rule: string, request: ActionRequest): Promise<CodeAction[]> {
		const fixable = request.analysed.analysis.findings.filter((it) => it.rule === rule && it.fixes.length > 0);
		if (fixable.length < 2) return [];
		const diagnostics = request.here
			.filter((finding) => finding.rule === rule)
			.map((finding) => diagnosticOf(finding, request, this.#client));
		const action = { title: `Fix all ${rule} in this file`, kind: CodeActionKind.QuickFix, diagnostics };
		return this.#allOf(action, fixable, rule, request);
	}

	/** @param rule null: the safe fixes of all */
	async #allOf(
		action: CodeAction,
		fixable: readonly Finding[],
		rule: string | null,
		{ analysed, budget, step }: ActionRequest,
	): Promise<CodeAction[]> {
		if (fixable.length === 0) return [];
		const titled = { ...action, title: sentence(action.title) };
		// each is tried alone, then all of them together, until nothing is left to do
		if (budget.take(2 * fixable.length + 1)) {
			await step();
			const { edits, fixed } = this.#all(analysed, rule);
			if (fixed < (rule === null ? 1 : 2)) return [];
			return [{ ...titled, edit: editOf(analysed.document, edits, this.#client, labelOf(action)) }];
		}
		if (!this.#client.resolvesActions) return this.#leftOut(analysed);
		return [{ ...titled, data: { ...wantedIn(analysed), kind: 'fix all', rule } satisfies FixWanted }];
	}

	/** All fixes of a rule; the safe ones of every rule where it is null. */
	#all(analysed: Analysed, rule: string | null): FixedAll {
		const { document, analysis } = analysed;
		const wanted: IsWanted = rule === null ? isSafe : (finding) => finding.rule === rule;
		const text = document.getText();
		const count = analysis.findings.filter((finding) => finding.fixes.some((fix) => wanted(finding, fix))).length;
		const attempts = this.#documents.analysesOf(analysed);
		if (count > attempts) {
			const analyse = (changed: string) => this.#documents.trial(analysed, changed, 'unproven');
			return fixAll(text, analysis, analyse, wanted, { attempts });
		}
		const first: Analysis = {
			...analysis,
			findings: analysis.findings.map((finding) => {
				const isAsked = finding.fixes.some((fix) => wanted(finding, fix));
				return { ...finding, fixes: isAsked ? this.#documents.prove(analysed, finding) : [] };
			}),
		};
		return fixAll(text, first, (changed) => this.#documents.trial(analysed, changed, true), wanted);
	}

	#suppression(finding: Finding, request: ActionRequest): CodeAction[] {
		if (finding.rule === suppressionMeta.id) return [];
		const { document } = request.analysed;
		const edit = suppress(document, finding.rule, finding);
		return [
			{
				title: `Suppress ${finding.rule} here with a reason`,
				kind: CodeActionKind.QuickFix,
				diagnostics: [diagnosticOf(finding, request, this.#client)],
				edit: editOf(document, [edit], this.#client),
			},
		];
	}

	/** Told to clients that cannot ask for an edit when it is chosen. */
	#leftOut({ document }: Analysed): CodeAction[] {
		this.#log.warnOnce(
			`${document.uri}: not all fixes are listed, as checking them takes long in this file; use "gup-lens fix"`,
		);
		return [];
	}
}

function wantedIn({ document, version }: Analysed): Wanted {
	return { uri: document.uri, version };
}

/** What runs when a file is saved asks nothing. */
function labelOf({ title, kind }: CodeAction): string | undefined {
	return kind === FIX_ALL ? undefined : sentence(title);
}

function notListed(count: number): CodeAction {
	return {
		title: `Fixes of ${count} more findings`,
		kind: CodeActionKind.QuickFix,
		disabled: {
			reason: `the fixes of the first ${MOST_LISTED} findings of a selection are listed: select fewer lines`,
		},
	};
}
