import { type Connection, RequestType } from 'vscode-languageserver';
import { explainName } from '../explain/index.js';
import { newestKernel } from '../kernel/index.js';
import type { Kernel } from '../kernel/types.js';
import type { DocumentStore } from './document-store.js';

/** Asks for all that is known of a function or a flag; null for a name that is none of ours. */
export interface ExplainParams {
	readonly name: string;
	/** The document it stands in, whose kernel counts; the newest known without one. */
	readonly uri?: string | null;
}

/** Asks which functions and flags there are in the kernel of a document. */
export type NamesParams = Pick<ExplainParams, 'uri'>;

const explainRequest = new RequestType<ExplainParams, string | null, void>('gup-lens/explain');
const namesRequest = new RequestType<NamesParams, readonly string[], void>('gup-lens/names');

/** Answers `gup-lens/explain` (Markdown) and `gup-lens/names`: what a hover has no room for. */
export function serveExplain(connection: Connection, documents: DocumentStore): void {
	const kernelOf = async (uri: string | null | undefined): Promise<Kernel> =>
		uri ? (await documents.context(uri)).kernel : newestKernel();
	connection.onRequest(explainRequest, async ({ name, uri }) => explainName(name, await kernelOf(uri)) ?? null);
	connection.onRequest(namesRequest, async ({ uri }) => {
		const kernel = await kernelOf(uri);
		return [...kernel.apis(), ...kernel.flags()].map((known) => known.name);
	});
}
