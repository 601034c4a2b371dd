import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Edit } from '../rules/rule.js';
import type { Range } from '../syntax/ir.js';

/**
 * A comment on its own line above the finding that keeps the code as it is. The reason is left to the user:
 * a comment without one is reported until it is written.
 */
export function suppress(document: TextDocument, rule: string, finding: Range): Edit {
	const text = document.getText();
	const start = text.lastIndexOf('\n', finding.start - 1) + 1;
	const lineEnd = text.indexOf('\n', start);
	const line = text.slice(start, lineEnd < 0 ? text.length : lineEnd);
	const indent = /^[ \t]*/.exec(line)?.[0] ?? '';
	const eol = line.endsWith('\r') ? '\r\n' : '\n';
	// Inside a macro every line must go on.
	const continues = /\\\r?\n$/.test(text.slice(Math.max(0, start - 3), start)) ? ' \\' : '';
	return { start, end: start, text: `${indent}/* gup-lens: keep ${rule} -- */${continues}${eol}` };
}
