import { ConfigurationTarget, type QuickPickItem, window, workspace } from 'vscode';
import { READ } from '../../server/src/kernel/releases.js';

interface Choice extends QuickPickItem {
	/** Value of the setting; "ask" opens an input box. */
	readonly value: string;
}

const versionPattern = /^\d+\.\d+(\.\d+)?$/;

/** Asks for the kernel version of files outside a tree and writes `gup-lens.kernel`. */
export async function selectKernel(): Promise<void> {
	const current = workspace.getConfiguration('gup-lens').get<string>('kernel');
	const choices: Choice[] = [
		{ label: 'Automatic', description: 'the surrounding tree, else the newest known kernel', value: '' },
		...READ.toReversed().map(([release]) => ({
			label: release,
			value: release,
			description: release === current ? 'current' : '',
		})),
		{ label: 'Other...', value: 'ask' },
	];
	const choice = await window.showQuickPick(choices, {
		title: 'Kernel version for files outside a kernel tree',
		placeHolder: 'in a tree its Makefile and headers decide',
	});
	const value = choice?.value === 'ask' ? await askVersion() : choice?.value;
	if (value === undefined) return;
	const target = workspace.workspaceFolders ? ConfigurationTarget.Workspace : ConfigurationTarget.Global;
	await workspace.getConfiguration('gup-lens').update('kernel', value === '' ? undefined : value, target);
}

function askVersion(): Thenable<string | undefined> {
	return window.showInputBox({
		title: 'Kernel version',
		placeHolder: '6.12',
		validateInput: (text) => (versionPattern.test(text.trim()) ? undefined : 'a version, e.g. 6.12'),
	});
}
