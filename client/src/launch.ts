import type { ExtensionContext } from 'vscode';
import type { BaseLanguageClient, LanguageClientOptions, State, WorkDoneProgress } from 'vscode-languageclient';

/** What differs between the desktop and the web: how a client with a server behind it comes to be. */
export interface Launcher {
	/** A client that is not started yet. */
	launch(context: ExtensionContext, options: LanguageClientOptions): BaseLanguageClient | Promise<BaseLanguageClient>;
	/** The states of a client, by name: a value of the library, which is not there before this is loaded. */
	readonly State: typeof State;
	/** How a server tells how far it is; a value of the library as well. */
	readonly WorkDoneProgress: typeof WorkDoneProgress;
}
