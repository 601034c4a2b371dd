import {
	type CodeAction,
	CodeActionKind,
	type CodeActionParams,
	type Command,
	type Connection,
	ErrorCodes,
	ResponseError,
} from 'vscode-languageserver';
import { Budget } from './budget.js';
import { type Client, isRecord } from './client.js';
import { Conversions, type ConversionWanted, type FindStrangers } from './conversions.js';
import type { Documents } from './documents.js';
import { FIX_ALL, Fixes, type FixWanted } from './fixes.js';
import type { Log } from './log.js';
import { toOffsets, touches } from './positions.js';
import type { ActionRequest } from './request.js';

/** Command that applies an action in clients that know commands only; its argument is the workspace edit. */
export const APPLY = 'gup-lens.applyEdit';

/** Answers `textDocument/codeAction` and `codeAction/resolve`. */
export function serveActions(
	connection: Connection,
	client: Client,
	documents: Documents,
	strangers: FindStrangers | undefined,
	log: Log,
): void {
	const fixes = new Fixes(connection, client, documents, log);
	const conversions = new Conversions(connection, client, documents, strangers);
	const actionsOf = async (request: ActionRequest): Promise<CodeAction[]> => {
		const { params } = request;
		return [
			...(asksFor(params, CodeActionKind.QuickFix) ? await fixes.quick(request) : []),
			...(wantsFixAll(params) ? await fixes.source(request) : []),
			...(asksFor(params, CodeActionKind.RefactorRewrite) ? await conversions.actions(request) : []),
		];
	};
	connection.onCodeAction(async (params, token) => {
		const { uri } = params.textDocument;
		const analysed = await documents.analyse(uri, token);
		if (!analysed || analysed.skipped !== undefined) return [];
		const range = toOffsets(analysed.document, params.range);
		if (!wantsFixAll(params) && !analysed.analysis.findings.some((finding) => touches(finding, range))) return [];
		const budget = new Budget(documents.costOf(analysed));
		const step = () => documents.step(analysed, token);
		try {
			const actions = await actionsOf({ params, analysed, range, budget, step });
			return client.codeActionLiterals ? actions : actions.map(toCommand);
		} catch (error) {
			if (error instanceof ResponseError) throw error;
			log.error(`working out the actions of ${uri}`, error);
			return [];
		}
	});
	connection.onCodeActionResolve(async (action) => {
		const wanted = action.data as FixWanted | ConversionWanted | undefined;
		if (!wanted) return action;
		try {
			return wanted.kind === 'conversion'
				? await conversions.resolve(action, wanted)
				: await fixes.resolve(action, wanted);
		} catch (error) {
			log.error(`working out "${action.title}" in ${wanted.uri}`, error);
			return action;
		}
	});
	connection.onExecuteCommand(async ({ command, arguments: args }) => {
		if (command !== APPLY) throw new ResponseError(ErrorCodes.InvalidParams, `there is no command ${command}`);
		const edit: unknown = args?.[0];
		if (!isRecord(edit)) throw new ResponseError(ErrorCodes.InvalidParams, `${APPLY} takes one edit`);
		await connection.workspace.applyEdit(edit);
	});
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
