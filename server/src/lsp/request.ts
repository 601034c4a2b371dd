import {
	type CodeActionKind,
	type CodeActionParams,
	type Connection,
	type Diagnostic,
	MessageType,
	ShowMessageNotification,
} from 'vscode-languageserver';
import type { Finding, Range } from '../engine.js';
import { SEVERITIES } from '../rules/rule.js';
import { sentence } from '../workspace/wording.js';
import type { Budget } from './budget.js';
import type { ClientCapabilities } from './client.js';
import { toDiagnostic } from './diagnostics.js';
import type { Analysed } from './document-store.js';
import { toLspRange, touches } from './positions.js';

/** A `textDocument/codeAction` that is being answered. */
export interface ActionRequest {
	readonly params: CodeActionParams;
	readonly analysed: Analysed;
	/** What is asked about, as offsets. */
	readonly range: Range;
	/** The first findings that touch that, the worst of them first. */
	readonly here: readonly Finding[];
	/** How many more there are. */
	readonly unlisted: number;
	/** What the client knows of them already, by `keyOf`. */
	readonly sent: ReadonlyMap<string, Diagnostic>;
	readonly budget: Budget;
	/**
	 * Lets messages that wait be read; before every analysis.
	 * @throws a ResponseError where the request was cancelled or the document moved on
	 */
	step(): Promise<void>;
}

/** True when nothing is asked for by kind, or this kind or one above it is. */
export function asksFor({ context: { only } }: CodeActionParams, kind: CodeActionKind): boolean {
	return !only || only.some((asked) => kind === asked || kind.startsWith(`${asked}.`) || asked === '');
}

/** Findings, or sites, of a selection whose actions are listed one by one: nobody reads a longer menu. */
export const MOST_LISTED = 50;

/** What is found in a range, as far as it is listed. */
export function findingsAt({ analysis }: Analysed, range: Range): Pick<ActionRequest, 'here' | 'unlisted'> {
	const all = analysis.findings.filter((finding) => touches(finding, range));
	const listed = all.slice(0, MOST_LISTED);
	const rank = ({ severity }: Finding): number => SEVERITIES.indexOf(severity);
	return { here: listed.toSorted((a, b) => rank(b) - rank(a)), unlisted: all.length - listed.length };
}

/** What tells the diagnostics of a document apart. */
export function keyOf({ code, range: { start, end } }: Pick<Diagnostic, 'code' | 'range'>): string {
	return [code, start.line, start.character, end.line, end.character].join(' ');
}

/** The client's own copy where it sent one, so that it knows which of its diagnostics is meant. */
export function diagnosticOf(
	finding: Finding,
	{ analysed, sent }: ActionRequest,
	client: ClientCapabilities,
): Diagnostic {
	const own = sent.get(keyOf({ code: finding.rule, range: toLspRange(analysed.document, finding) }));
	return own ?? toDiagnostic(analysed, finding, client);
}

/** A message to the user that wants no answer. */
export function warn(connection: Connection, message: string): Promise<void> {
	return connection.sendNotification(ShowMessageNotification.type, {
		type: MessageType.Warning,
		message: sentence(message),
	});
}
