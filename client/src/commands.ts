import { Disposable, type LogOutputChannel, commands as registry } from 'vscode';
import { commands } from './names.js';
import { selectKernel } from './selectKernel.js';
import type { Session } from './session.js';
import { showWalkthrough } from './tour.js';

/** The commands of the manifest. */
export function registerCommands(session: Session, log: LogOutputChannel): Disposable {
	return Disposable.from(
		registry.registerCommand(commands.restart, () => session.restart()),
		registry.registerCommand(commands.showLog, () => log.show()),
		registry.registerCommand(commands.selectKernel, selectKernel),
		registry.registerCommand(commands.walkthrough, showWalkthrough),
	);
}
