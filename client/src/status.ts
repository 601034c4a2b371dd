import { Disposable, type LanguageStatusItem, languages, LanguageStatusSeverity as Severity, window } from 'vscode';
import type { Status } from '../../server/src/lsp/status.js';
import { isSource, selector } from './documents.js';
import { commands } from './names.js';
import type { Session, SessionState } from './session.js';

interface Words {
	readonly text: string;
	readonly detail: string;
	readonly severity: Severity;
}

/** In words, where nothing is known of a document. */
export const sessionWords: Readonly<Record<SessionState, Words>> = {
	idle: {
		text: 'GUP Lens: idle',
		detail: 'no open file uses get_user_pages() or related functions',
		severity: Severity.Information,
	},
	starting: { text: 'GUP Lens: starting', detail: '', severity: Severity.Information },
	running: { text: 'GUP Lens: ready', detail: '', severity: Severity.Information },
	stopped: { text: 'GUP Lens: stopped', detail: 'the server has ended', severity: Severity.Warning },
	failed: { text: 'GUP Lens: failed', detail: 'the log says why', severity: Severity.Error },
};

/** Two entries under the braces of the status bar: how the server is, and by which kernel the file is judged. */
export function showStatus(session: Session): Disposable {
	const server = languages.createLanguageStatusItem('gup-lens.server', [...selector]);
	server.name = 'GUP Lens';
	const kernel = languages.createLanguageStatusItem('gup-lens.kernel', [...selector]);
	kernel.name = 'GUP Lens: kernel version';
	kernel.command = { command: commands.selectKernel, title: 'Select Version' };

	const update = () => {
		const document = window.activeTextEditor?.document;
		const status = document && isSource(document) ? session.statusOf(document.uri.toString()) : undefined;
		showServer(server, session.state, status);
		showKernel(kernel, status);
	};
	update();
	return Disposable.from(server, kernel, session.onDidChange(update), window.onDidChangeActiveTextEditor(update));
}

function showServer(item: LanguageStatusItem, state: SessionState, status: Status | undefined): void {
	const words = state === 'running' && status ? documentWords(status) : sessionWords[state];
	item.text = words.text;
	item.detail = words.detail;
	item.severity = words.severity;
	item.busy = state === 'starting';
	item.command =
		state === 'stopped' || state === 'failed'
			? { command: commands.restart, title: 'Restart' }
			: { command: commands.showLog, title: 'Show Log' };
}

function documentWords({ state, findings, unread, bounded, skipped }: Status): Words {
	const count = findings === 1 ? '1 finding' : `${findings} findings`;
	switch (state) {
		case 'irrelevant':
			return { ...sessionWords.running, detail: 'no GUP functions in this file' };
		case 'failed':
			return { ...sessionWords.failed, text: 'GUP Lens: this file failed' };
		case 'partial':
			return { text: `GUP Lens: ${count}`, detail: partly(unread, bounded), severity: Severity.Warning };
		case 'skipped':
			return { text: 'GUP Lens: not analysed', detail: `this file is ${skipped}`, severity: Severity.Warning };
		case 'ready':
			return { text: `GUP Lens: ${count}`, detail: 'in this file', severity: Severity.Information };
	}
}

function partly(unread: readonly string[], bounded: readonly string[]): string {
	const parts = [
		['not read', unread],
		['too many paths to follow', bounded],
	] as const;
	return parts.flatMap(([what, names]) => (names.length > 0 ? `${what}: ${names.join(', ')}` : [])).join('; ');
}

function showKernel(item: LanguageStatusItem, status: Status | undefined): void {
	item.text = status ? `Linux ${status.kernel}` : 'Linux version: not determined yet';
	item.detail = status?.originWords ?? '';
	// Rules that depend on the version say less while nobody told it.
	item.severity = status?.assumed ? Severity.Warning : Severity.Information;
}
