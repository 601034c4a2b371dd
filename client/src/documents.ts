import { type TextDocument, workspace } from 'vscode';
import { words } from '../../server/src/kernel/words.js';

/** Where documents may live: on disk, on a remote machine, in a virtual file system, or nowhere yet. */
const schemes = ['file', 'vscode-remote', 'vscode-vfs', 'vscode-test-web', 'untitled'] as const;

/** What the language server is told of: C, and headers, which VS Code takes for C++. */
export const selector = schemes.flatMap((scheme) => [
	{ scheme, language: 'c' },
	{ scheme, language: 'cpp', pattern: '**/*.h' },
]);

/** True for documents the selector means. */
export function isSource({ languageId, uri }: TextDocument): boolean {
	if (!(schemes as readonly string[]).includes(uri.scheme)) return false;
	return languageId === 'c' || (languageId === 'cpp' && uri.path.endsWith('.h'));
}

/** True when the document names the family, so that there is something to say about it. */
export function isConcerned(document: TextDocument): boolean {
	return isSource(document) && namesFamily(document.getText());
}

/** True when a text holds one of the words without which no rule has anything to say. */
export function namesFamily(text: string): boolean {
	return words.some((word) => text.includes(word));
}

/** The documents that are open now and name the family. */
export function concernedDocuments(): TextDocument[] {
	return workspace.textDocuments.filter(isConcerned);
}
