import type { DiagnosticTag, InitializeParams } from 'vscode-languageserver';

/** How findings may be dressed for this client. */
interface DiagnosticDress {
	/** Tags the client draws; empty when it draws none. */
	readonly tags: ReadonlySet<DiagnosticTag>;
	readonly related: boolean;
	readonly codeDescription: boolean;
}

/** What the client at the other end can do, asked once; everything is off in a client that announces nothing. */
export interface ClientCapabilities {
	/** Asks for diagnostics itself; the server then never pushes any. */
	readonly pulls: boolean;
	readonly refreshesPulls: boolean;
	readonly refreshesLenses: boolean;
	readonly diagnostics: DiagnosticDress;
	/** Takes a version with pushed diagnostics. */
	readonly versionedPush: boolean;
	readonly configuration: boolean;
	readonly registersConfiguration: boolean;
	readonly registersWatchers: boolean;
	readonly workspaceFolders: boolean;
	readonly markdownHover: boolean;
	readonly markdownCompletion: boolean;
	readonly markdownSignature: boolean;
	/** Takes labels of signature parameters as offsets. */
	readonly labelOffsets: boolean;
	/** Takes CodeAction objects, not only commands. */
	readonly codeActionLiterals: boolean;
	readonly preferredActions: boolean;
	/** Shows actions that are not possible, with the reason. */
	readonly disabledActions: boolean;
	/** Asks for the edit of an action when it is chosen. */
	readonly resolvesActions: boolean;
	/** Takes edits bound to a document version. */
	readonly documentChanges: boolean;
	/** Shows what edits are for before they are made. */
	readonly changeAnnotations: boolean;
	/** Takes the creation of files among edits. */
	readonly createsFiles: boolean;
	/** Wants `gup-lens/status` notifications. */
	readonly status: boolean;
	/** Answers `gup-lens/readFile`. */
	readonly readsFiles: boolean;
	/** Shows paths by the command `gup-lens.paths.show`, with the URI of a document and a position. */
	readonly showsPaths: boolean;
	/** Wants findings of files that are not open. */
	readonly wholeWorkspace: boolean;
	/** False: no program may be started for what is in the workspace. */
	readonly trusted: boolean;
	/** URI of the folder with the rule pages, without a final "/"; undefined where nobody can open them. */
	readonly pages: string | undefined;
}

/** What a client may put into `initializationOptions`, beside the settings themselves (see settings.ts). */
interface ClientOptions {
	/** The client understands `gup-lens/status` notifications (status.ts). */
	readonly status?: boolean;
	/** The client answers `gup-lens/readFile` requests (files.ts). */
	readonly readFile?: boolean;
	/** The client has the command `gup-lens.paths.show` (paths.ts). */
	readonly paths?: boolean;
	/** Findings of files that are not open as well, from an audit of the folders. */
	readonly workspaceDiagnostics?: boolean;
	/** False in a workspace that its user does not trust. A client that has no such notion says nothing. */
	readonly trusted?: boolean;
	/** URI of the folder with the rule pages, where the server cannot know it. */
	readonly pages?: string;
}

/** @param ownPages the rule pages that came with the server */
export function readClientCapabilities(
	{ capabilities, initializationOptions }: InitializeParams,
	ownPages?: string,
): ClientCapabilities {
	const { textDocument, workspace } = capabilities;
	const options: ClientOptions = isRecord(initializationOptions) ? initializationOptions : {};
	const pushed = textDocument?.publishDiagnostics;
	const pulls = textDocument?.diagnostic !== undefined;
	// Before 3.18 a pulling client described its diagnostics under publishDiagnostics only.
	const dress = { ...pushed, ...textDocument?.diagnostic };
	const markdown = (formats: readonly string[] | undefined) => formats?.includes('markdown') ?? false;
	return {
		pulls,
		refreshesPulls: workspace?.diagnostics?.refreshSupport ?? false,
		refreshesLenses: workspace?.codeLens?.refreshSupport ?? false,
		diagnostics: {
			tags: new Set(dress.tagSupport?.valueSet ?? []),
			related: dress.relatedInformation ?? false,
			codeDescription: dress.codeDescriptionSupport ?? false,
		},
		versionedPush: pushed?.versionSupport ?? false,
		configuration: workspace?.configuration ?? false,
		registersConfiguration: workspace?.didChangeConfiguration?.dynamicRegistration ?? false,
		registersWatchers: workspace?.didChangeWatchedFiles?.dynamicRegistration ?? false,
		workspaceFolders: workspace?.workspaceFolders ?? false,
		markdownHover: markdown(textDocument?.hover?.contentFormat),
		markdownCompletion: markdown(textDocument?.completion?.completionItem?.documentationFormat),
		markdownSignature: markdown(textDocument?.signatureHelp?.signatureInformation?.documentationFormat),
		labelOffsets: textDocument?.signatureHelp?.signatureInformation?.parameterInformation?.labelOffsetSupport ?? false,
		codeActionLiterals: textDocument?.codeAction?.codeActionLiteralSupport !== undefined,
		disabledActions: textDocument?.codeAction?.disabledSupport ?? false,
		resolvesActions:
			(textDocument?.codeAction?.dataSupport ?? false) &&
			(textDocument?.codeAction?.resolveSupport?.properties.includes('edit') ?? false),
		preferredActions: textDocument?.codeAction?.isPreferredSupport ?? false,
		changeAnnotations: workspace?.workspaceEdit?.changeAnnotationSupport !== undefined,
		documentChanges: workspace?.workspaceEdit?.documentChanges ?? false,
		createsFiles: workspace?.workspaceEdit?.resourceOperations?.includes('create') ?? false,
		status: options.status === true,
		readsFiles: options.readFile === true,
		showsPaths: options.paths === true,
		wholeWorkspace: options.workspaceDiagnostics === true,
		trusted: options.trusted !== false,
		pages: typeof options.pages === 'string' ? options.pages.replace(/\/+$/, '') : ownPages,
	};
}

export function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
