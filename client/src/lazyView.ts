/** A view that is loaded when it is first seen, or a command of it asked for: C projects that need neither never read it. */
import { Disposable, commands as registry, type TreeItem, window } from 'vscode';

/**
 * Stands in for a tree view and its commands until they are loaded.
 * @param view as in the manifest
 * @param names of the commands that come with it
 * @param load gives what registers the view and these commands
 */
export function lazyView(view: string, names: readonly string[], load: () => Promise<() => Disposable>): Disposable {
	let loading: Promise<void> | undefined;
	let loaded: Disposable | undefined;
	let ended = false;
	const bring = (): Promise<void> => {
		loading ??= load().then((register) => {
			if (ended) return;
			standIns.dispose();
			loaded = register();
		});
		return loading;
	};
	const seen = {
		getChildren: (): TreeItem[] => {
			void bring();
			return [];
		},
		getTreeItem: (item: TreeItem): TreeItem => item,
	};
	const standIns = Disposable.from(
		window.registerTreeDataProvider(view, seen),
		...names.map((name) =>
			registry.registerCommand(name, async (...given: unknown[]) => {
				await bring();
				return ended ? undefined : registry.executeCommand(name, ...given);
			}),
		),
	);
	return new Disposable(() => {
		ended = true;
		standIns.dispose();
		loaded?.dispose();
	});
}
