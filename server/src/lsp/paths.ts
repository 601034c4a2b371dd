import { type Connection, type Location, RequestType, type TextDocumentPositionParams } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Finding, Located, PagePaths, Place } from '../engine.js';
import { relocated } from '../explain/index.js';
import { oneLine, sentence } from '../workspace/wording.js';
import type { DocumentStore } from './document-store.js';
import { toLspRange, toOffsets } from './positions.js';
import { resolvePosition } from './resolve-position.js';

/** Asks for the paths of the pages that the line of a position has to do with: it takes them, releases them, or stands in such a function. */
export interface PathsParams extends TextDocumentPositionParams {
	/** Rule of a finding at the position: the paths it is about are marked (`isOfFinding`). */
	readonly rule?: string;
}

/** Answer to `gup-lens/paths`; null where the document is not open. */
export interface PathsAnswer {
	readonly pages: readonly PagePaths<Location>[];
	/** In words why there are none. */
	readonly nothing?: string;
}

const pathsRequest = new RequestType<PathsParams, PathsAnswer | null, void>('gup-lens/paths');

/** Answers `gup-lens/paths`. */
export function servePaths(connection: Connection, documents: DocumentStore): void {
	connection.onRequest(pathsRequest, async (params, token) => {
		const question = await resolvePosition(documents, params, token, true);
		if (!question) return null;
		const { document, offset, context } = question;
		const about = params.rule === undefined ? undefined : await findingAt(documents, params.rule, document, offset);
		const { line } = document.positionAt(offset);
		const report = documents.paths(document, context, line + 1, about);
		if (!report) return { pages: [], nothing: 'this file is not analysed' };
		const to = (at: Located): Location => locationOf(document, at, (place) => documents.uriOf(document.uri, place));
		const pages = report.pages.map((one) => shown(relocated(one, to)));
		return { pages, ...(report.nothing === undefined ? {} : { nothing: sentence(report.nothing) }) };
	});
}

/** A finding of a rule at an offset of a document that has not moved on. */
async function findingAt(
	documents: DocumentStore,
	rule: string,
	document: TextDocument,
	offset: number,
): Promise<Finding | undefined> {
	const analysed = await documents.analyse(document.uri);
	if (analysed?.document.getText() !== document.getText()) return undefined;
	const found = analysed.analysis.findings.filter((finding) => finding.rule === rule);
	const { line } = document.positionAt(offset);
	const whole = toOffsets(document, { start: { line, character: 0 }, end: { line: line + 1, character: 0 } });
	const on = ({ start, end }: Finding) => start <= offset && offset <= end;
	return found.find(on) ?? found.find(({ start }) => whole.start <= start && start < whole.end);
}

/** A place in another file that is not known any more is told as the document's own. */
function locationOf(
	document: TextDocument,
	{ start, end, place, until }: Located,
	uriOf: (place: Place) => string | undefined,
): Location {
	const uri = place && uriOf(place);
	if (!place || uri === undefined) return { uri: document.uri, range: toLspRange(document, { start, end }) };
	const position = ({ line, column }: Omit<Place, 'path'>) => ({ line: line - 1, character: column - 1 });
	return { uri, range: { start: position(place), end: position(until ?? place) } };
}

/** What a tree holds is not trusted: names and code come without what an editor acts on. */
function shown(pages: PagePaths<Location>): PagePaths<Location> {
	return JSON.parse(JSON.stringify(pages), (key, value: unknown) =>
		typeof value === 'string' && key !== 'uri' ? oneLine(value) : value,
	) as PagePaths<Location>;
}
