import type { ExtensionContext } from 'vscode';
import { registerAudit } from './audit/view.js';
import { begin } from './begin.js';
import { showTour } from './tour.js';
import { registerCheckFolder } from './whole.js';

/** Entry of the desktop and of remote machines: the server is a process of its own. */
export function activate(context: ExtensionContext): void {
	begin(
		context,
		() => import('./launch.node.js'),
		(session, log) => [registerAudit(session, log, context.workspaceState), registerCheckFolder(session)],
	);
	void showTour(process.env.GUP_LENS_TOUR);
}
