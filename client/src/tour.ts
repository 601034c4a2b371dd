import { commands as registry } from 'vscode';
import { commands } from './names.js';

/** The walkthrough of the manifest. */
const WALKTHROUGH = 'gup-lens.gup-lens#start';

/** Shows the walkthrough beside the code. */
export async function showWalkthrough(): Promise<void> {
	await registry.executeCommand('workbench.action.openWalkthrough', WALKTHROUGH, true);
}

/** What `npm start` asks for by a variable of the environment: the list of problems and the walkthrough. */
export async function showTour(asked: string | undefined): Promise<void> {
	if (!asked) return;
	await registry.executeCommand('workbench.actions.view.problems');
	await registry.executeCommand(commands.walkthrough);
	await registry.executeCommand('workbench.action.focusFirstEditorGroup');
}
