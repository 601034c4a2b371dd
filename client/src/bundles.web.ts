import * as vscode from 'vscode';

/**
 * Runs bundles of the extension, as VS Code for the web runs its entry: there is no require() of a file beside it.
 * @param names of files in dist/, each may require those before it
 * @returns what the last of them exports
 */
export async function loadBundles<Exports>(
	context: vscode.ExtensionContext,
	names: readonly string[],
): Promise<Exports> {
	const read = (name: string) => vscode.workspace.fs.readFile(vscode.Uri.joinPath(context.extensionUri, 'dist', name));
	const texts = await Promise.all(names.map(read));
	const loaded = new Map<string, unknown>([['vscode', vscode]]);
	for (const [index, name] of names.entries()) {
		const module = { exports: {} };
		const run = new Function('module', 'exports', 'require', new TextDecoder().decode(texts[index]));
		run(module, module.exports, (asked: string) => loaded.get(asked));
		loaded.set(`./${name}`, module.exports);
	}
	return loaded.get(`./${names.at(-1)}`) as Exports;
}
