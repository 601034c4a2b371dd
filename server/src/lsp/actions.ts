import {
	type CodeAction,
	CodeActionKind,
	type CodeActionParams,
	type Command,
	type Connection,
	type Diagnostic,
	ErrorCodes,
	ResponseError,
} from 'vscode-languageserver';
import type { Finding } from '../engine.js';
import { type FixedAll, fixAll } from '../fixall.js';
import type { Edit, Fix } from '../rules/rule.js';
import { suppressionMeta } from '../rules/suppression.js';
import { type Client, isRecord } from './client.js';
import type { Conversions } from './conversions.js';
import { toDiagnostic } from './diagnostics.js';
import type { Analysed, Documents } from './documents.js';
import { toWorkspaceEdit } from './edits.js';
import type { Log } from './log.js';
import { isSameRange, toLspRange, toOffsets, touches } from './positions.js';
import { suppress } from './suppression.js';

/** Every safe fix of the file in one go. */
export const FIX_ALL = `${CodeActionKind.SourceFixAll}.gup-lens`;

/** Command that applies an action in clients that know commands only; its argument is the workspace edit. */
export const APPLY = 'gup-lens.applyEdit';

/** Answers `textDocument/codeAction`. */
export function serveActions(
	connection: Connection,
	client: Client,
	documents: Documents,
	conversions: Conversions,
	log: Log,
): void {
	connection.onCodeAction(async (params, token) => {
		const uri = params.textDocument.uri;
		const plain = await documents.analyse(uri, false, token);
		if (!plain) return [];
		const range = toOffsets(plain.document, params.range);
		// Most positions have no finding: fixes are worked out only where one is asked for.
		if (!wantsFixAll(params) && !plain.analysis.findings.some((finding) => touches(finding, range))) return [];
		const analysed = await documents.analyse(uri, true, token);
		if (!analysed) return [];
		try {
			const rewrites = asksFor(params, CodeActionKind.RefactorRewrite) ? await conversions.actions(plain, range) : [];
			const actions = [...new Offer(analysed, client, documents, params).actions(), ...rewrites];
			return client.codeActionLiterals ? actions : actions.map(toCommand);
		} catch (error) {
			log.error(`working out the actions of ${uri}`, error);
			return [];
		}
	});
	connection.onCodeActionResolve((action) => conversions.resolve(action));
	connection.onExecuteCommand(async ({ command, arguments: args }) => {
		if (command !== APPLY) throw new ResponseError(ErrorCodes.InvalidParams, `there is no command ${command}`);
		const edit: unknown = args?.[0];
		if (!isRecord(edit)) throw new ResponseError(ErrorCodes.InvalidParams, `${APPLY} takes one edit`);
		await connection.workspace.applyEdit(edit);
	});
}

/** The actions of one request. */
class Offer {
	readonly #analysed: Analysed;
	readonly #client: Client;
	readonly #documents: Documents;
	readonly #params: CodeActionParams;

	constructor(analysed: Analysed, client: Client, documents: Documents, params: CodeActionParams) {
		this.#analysed = analysed;
		this.#client = client;
		this.#documents = documents;
		this.#params = params;
	}

	actions(): CodeAction[] {
		const quick = asksFor(this.#params, CodeActionKind.QuickFix) ? this.#quickFixes() : [];
		return wantsFixAll(this.#params) ? [...quick, ...this.#sourceFixAll()] : quick;
	}

	#quickFixes(): CodeAction[] {
		const range = toOffsets(this.#analysed.document, this.#params.range);
		const here = this.#analysed.analysis.findings.filter((finding) => touches(finding, range));
		const rules = [...new Set(here.map(({ rule }) => rule))];
		return [
			...here.flatMap((finding) => this.#fixesOf(finding)),
			...rules.flatMap((rule) => this.#fixAllOf(rule)),
			...here.flatMap((finding) => this.#suppression(finding)),
		];
	}

	#fixesOf(finding: Finding): CodeAction[] {
		const preferred = finding.fixes.find(({ safe }) => safe);
		return finding.fixes.map((fix) => ({
			...this.#action(fix.title, CodeActionKind.QuickFix, fix.edits, finding),
			...(fix === preferred && this.#client.preferredActions ? { isPreferred: true } : {}),
		}));
	}

	/** For one rule, also unsafe fixes: the user names it. Worth offering from two findings on. */
	#fixAllOf(rule: string): CodeAction[] {
		const fixable = this.#analysed.analysis.findings.filter((it) => it.rule === rule && it.fixes.length > 0);
		if (fixable.length < 2) return [];
		const { edits, fixed } = this.#fixAll((finding) => finding.rule === rule);
		return fixed < 2 ? [] : [this.#action(`Fix all ${rule} in this file`, CodeActionKind.QuickFix, edits)];
	}

	#suppression(finding: Finding): CodeAction[] {
		if (finding.rule === suppressionMeta.id) return [];
		const edit = suppress(this.#analysed.document, finding.rule, finding);
		return [this.#action(`Keep this, and say why (${finding.rule})`, CodeActionKind.QuickFix, [edit], finding)];
	}

	#sourceFixAll(): CodeAction[] {
		const { edits, fixed } = this.#fixAll((_, fix) => fix.safe);
		return fixed === 0 ? [] : [this.#action('Fix all safe GUP Lens findings', FIX_ALL, edits)];
	}

	#fixAll(wanted: (finding: Finding, fix: Fix) => boolean): FixedAll {
		const { document, analysis, context } = this.#analysed;
		return fixAll(document.getText(), analysis, (text) => this.#documents.trial(document, context, text), wanted);
	}

	#action(title: string, kind: CodeActionKind, edits: readonly Edit[], finding?: Finding): CodeAction {
		const edit = toWorkspaceEdit(this.#analysed.document, edits, this.#client);
		return finding ? { title, kind, diagnostics: [this.#diagnostic(finding)], edit } : { title, kind, edit };
	}

	/** The client's own copy where it sent one, so that it knows which of its diagnostics is meant. */
	#diagnostic(finding: Finding): Diagnostic {
		const range = toLspRange(this.#analysed.document, finding);
		const sent = this.#params.context.diagnostics.find(
			(it) => it.code === finding.rule && isSameRange(it.range, range),
		);
		return sent ?? toDiagnostic(this.#analysed, finding, this.#client);
	}
}

/** True when nothing is asked for by kind, or this kind or one above it is. */
function asksFor({ context: { only } }: CodeActionParams, kind: CodeActionKind): boolean {
	return !only || only.some((asked) => kind === asked || kind.startsWith(`${asked}.`) || asked === '');
}

/** Source actions are for those who ask for them: they are no answer to "what can be done here". */
function wantsFixAll(params: CodeActionParams): boolean {
	return Boolean(params.context.only) && asksFor(params, FIX_ALL);
}

function toCommand({ title, edit }: CodeAction): Command {
	return { title, command: APPLY, arguments: [edit] };
}
