/** A real VS Code for as long as pictures are taken of it. */
import { openVsCode, type VsCode } from '../../test/editors/vscode.js';

/** Only what a picture is about. */
export const plainSettings = {
	'breadcrumbs.enabled': false,
	'editor.fontSize': 13,
	'editor.lineHeight': 18,
	'editor.stickyScroll.enabled': false,
	'workbench.layoutControl.enabled': false,
};

export async function withVsCode(
	folder: string,
	settings: Readonly<Record<string, unknown>>,
	take: (code: VsCode) => Promise<void>,
): Promise<void> {
	const code = await openVsCode(folder, settings);
	try {
		await take(code);
	} finally {
		await code.close();
	}
}
