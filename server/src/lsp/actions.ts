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
import { type ClientCapabilities, isRecord } from './client.js';
import { CONVERT_ALL, Conversions, type ConversionWanted, type FindExternalUsers } from './conversions.js';
import type { DocumentStore } from './document-store.js';
import { FIX_ALL, Fixes, type FixWanted } from './fixes.js';
import type { Log } from './log.js';
import { toOffsets } from './positions.js';
import { type ActionRequest, asksFor, findingsAt, keyOf } from './request.js';

/** Command that applies an action in clients that know commands only; its argument is the workspace edit. */
export const APPLY = 'gup-lens.applyEdit';

/** Answers `textDocument/codeAction` and `codeAction/resolve`. */
export function serveActions(
	connection: Connection,
	client: ClientCapabilities,
	documents: DocumentStore,
	strangers: FindExternalUsers | undefined,
	log: Log,
): void {
	const fixes = new Fixes(connection, client, documents, log);
	const conversions = new Conversions(connection, client, documents, strangers);
	const actionsOf = async (request: ActionRequest): Promise<CodeAction[]> => {
		const { params } = request;
		const quick = asksFor(params, CodeActionKind.QuickFix);
		const rewrites = wantsRewrites(params);
		const fixing = quick ? await fixes.quick(request) : [];
		const converting = quick || rewrites ? await conversions.actions(request) : [];
		// what puts it right, then what rewrites it, last what keeps it
		return [
			...fixing,
			...(quick ? converting.filter(({ kind = CodeActionKind.QuickFix }) => asksFor(params, kind)) : []),
			...(wantsFixAll(params) ? await fixes.source(request) : []),
			...(wantsConvertAll(params) ? await conversions.source(request) : []),
			...(rewrites ? converting.map(asRewrite) : []),
			...(quick ? fixes.suppressions(request) : []),
		];
	};
	connection.onCodeAction(async (params, token) => {
		const { uri } = params.textDocument;
		const analysed = await documents.analyse(uri, token);
		if (!analysed || analysed.skipped !== undefined) return [];
		const range = toOffsets(analysed.document, params.range);
		const found = findingsAt(analysed, range);
		if (found.here.length === 0 && !params.context.only) return [];
		const sent = new Map(params.context.diagnostics.map((one) => [keyOf(one), one]));
		const budget = new Budget(documents.costOf(analysed));
		const step = () => documents.step(analysed, token);
		try {
			const actions = await actionsOf({ params, analysed, range, ...found, sent, budget, step });
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

/** Source actions are for those who ask for them: they are no answer to "what can be done here". */
function wantsFixAll(params: CodeActionParams): boolean {
	return Boolean(params.context.only) && asksFor(params, FIX_ALL);
}

function wantsConvertAll(params: CodeActionParams): boolean {
	return Boolean(params.context.only) && asksFor(params, CONVERT_ALL);
}

/** Conversions are quick fixes of what is found; who asks for rewriting gets them as that, also where nothing is. */
function wantsRewrites(params: CodeActionParams): boolean {
	return Boolean(params.context.only) && asksFor(params, CodeActionKind.RefactorRewrite);
}

function asRewrite({ diagnostics: _, isPreferred: __, ...action }: CodeAction): CodeAction {
	return { ...action, kind: CodeActionKind.RefactorRewrite };
}

function toCommand({ title, edit }: CodeAction): Command {
	return { title, command: APPLY, arguments: [edit] };
}
