import { ConfigurationTarget, FileType, type QuickPickItem, Uri, window, workspace } from 'vscode';
import { READ } from '../../server/src/kernel/releases.js';

interface Choice extends QuickPickItem {
	/** Value of the setting; undefined opens a dialog for a folder. */
	readonly value: string | undefined;
}

const VERSION = /^\d+\.\d+(\.\d+)?$/;
/** An absolute path. */
const FOLDER = /^(?:\/|[A-Za-z]:[\\/])/;

/** Asks for the kernel of files outside a tree, a version or a folder of headers, and writes `gup-lens.kernel`. */
export async function selectKernel(): Promise<void> {
	const value = await chosen();
	if (value === undefined) return;
	const target = workspace.workspaceFolders ? ConfigurationTarget.Workspace : ConfigurationTarget.Global;
	await workspace.getConfiguration('gup-lens').update('kernel', value === '' ? undefined : value, target);
}

async function chosen(): Promise<string | undefined> {
	const current = workspace.getConfiguration('gup-lens').get<string>('kernel');
	const fixed: Choice[] = [
		{ label: 'Automatic', description: 'the tree around the file, else the newest kernel known', value: '' },
		...(await installed()).map(
			(folder): Choice => ({ label: `$(folder) ${folder}`, description: 'installed headers', value: folder }),
		),
		{
			label: '$(folder-opened) Folder of Headers...',
			description: 'of a package, a build or a source tree',
			value: undefined,
		},
		...READ.toReversed().map(
			([release]): Choice => ({
				label: release,
				value: release,
				description: release === current ? 'current' : '',
			}),
		),
	];
	const choice = await picked(fixed);
	return choice && (choice.value ?? (await askFolder()));
}

/** One of the choices, or what is typed where that is a version or a path. */
function picked(fixed: readonly Choice[]): Promise<Choice | undefined> {
	const pick = window.createQuickPick<Choice>();
	pick.title = 'Kernel by Which Files Outside a Kernel Tree Are Judged';
	pick.placeholder = 'Choose, or type a version such as 6.10; inside a tree its own Makefile and headers decide';
	pick.items = fixed;
	pick.onDidChangeValue((text) => {
		const typed = text.trim();
		const isNew = (VERSION.test(typed) || FOLDER.test(typed)) && !fixed.some(({ value }) => value === typed);
		pick.items = isNew ? [{ label: typed, value: typed, alwaysShow: true }, ...fixed] : fixed;
	});
	return new Promise((resolve) => {
		pick.onDidAccept(() => {
			resolve(pick.selectedItems[0]);
			pick.hide();
		});
		pick.onDidHide(() => {
			resolve(undefined);
			pick.dispose();
		});
		pick.show();
	});
}

async function askFolder(): Promise<string | undefined> {
	const [folder] =
		(await window.showOpenDialog({
			canSelectFiles: false,
			canSelectFolders: true,
			openLabel: 'Use These Headers',
			title: 'Folder With the Headers of a Kernel',
		})) ?? [];
	return folder?.fsPath;
}

/** Headers where distributions install them; none where the workspace is not on a disk of Linux. */
async function installed(): Promise<readonly string[]> {
	const list = async (folder: string): Promise<readonly (readonly [string, FileType])[]> => {
		try {
			return await workspace.fs.readDirectory(Uri.file(folder));
		} catch {
			return [];
		}
	};
	const [sources, modules] = await Promise.all([list('/usr/src'), list('/lib/modules')]);
	const packages = sources.filter(
		([name, type]) => (type & FileType.Directory) !== 0 && /^linux-(?:headers-)?\d/.test(name),
	);
	const builds = await Promise.all(
		modules.map(async ([name]) =>
			(await list(`/lib/modules/${name}/build`)).length > 0 ? `/lib/modules/${name}/build` : [],
		),
	);
	return [
		...packages.map(([name]) => `/usr/src/${name}`).filter((path) => !path.endsWith('-common')),
		...builds.flat(),
	].sort();
}
