import { type CodeActionParams, type Connection, MessageType, ShowMessageNotification } from 'vscode-languageserver';
import type { Range } from '../engine.js';
import { sentence } from '../workspace/wording.js';
import type { Budget } from './budget.js';
import type { Analysed } from './documents.js';

/** A `textDocument/codeAction` that is being answered. */
export interface ActionRequest {
	readonly params: CodeActionParams;
	readonly analysed: Analysed;
	/** What is asked about, as offsets. */
	readonly range: Range;
	readonly budget: Budget;
	/**
	 * Lets messages that wait be read; before every analysis.
	 * @throws a ResponseError where the request was cancelled or the document moved on
	 */
	step(): Promise<void>;
}

/** Findings, or sites, of a selection whose actions are listed one by one: nobody reads a longer menu. */
export const MOST_LISTED = 50;

/** A message to the user that wants no answer. */
export function warn(connection: Connection, message: string): Promise<void> {
	return connection.sendNotification(ShowMessageNotification.type, {
		type: MessageType.Warning,
		message: sentence(message),
	});
}
