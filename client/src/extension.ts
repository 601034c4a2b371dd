import type { ExtensionContext } from 'vscode';
import { begin } from './begin.js';
import { lazyView } from './lazyView.js';
import { auditCommands } from './names.js';
import { showTour } from './tour.js';
import { registerCheckFolder } from './whole.js';

const views = () => import('./views.node.js');

/** Entry of the desktop and of remote machines: the server is a process of its own. */
export function activate(context: ExtensionContext): void {
	begin(
		context,
		() => import('./launch.node.js'),
		async () => (await views()).registerPaths,
		(session, log) => [
			lazyView('gup-lens.audit', auditCommands, async () => {
				const { registerAudit } = await views();
				return (place) => registerAudit(place, session, log, context.workspaceState);
			}),
			registerCheckFolder(session),
		],
	);
	void showTour(process.env.GUP_LENS_TOUR);
}
