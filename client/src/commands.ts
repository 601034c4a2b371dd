import { commands, Disposable, type LogOutputChannel } from 'vscode';
import { selectKernel } from './selectKernel.js';
import type { Session } from './session.js';

/** The commands of the manifest. */
export function registerCommands(session: Session, log: LogOutputChannel): Disposable {
	return Disposable.from(
		commands.registerCommand('gup-lens.restart', () => session.restart()),
		commands.registerCommand('gup-lens.showLog', () => log.show()),
		commands.registerCommand('gup-lens.selectKernel', selectKernel),
	);
}
