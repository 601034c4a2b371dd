import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { folder, GRAB, ITER, treeOf } from './fixtures.js';
import { MODERN, Session } from './session.js';

let session: Session;
let root: string;
beforeAll(async () => {
	root = folder(treeOf('6.12.5'));
	session = await Session.start({ capabilities: MODERN, folders: [root] });
});
afterAll(() => session.end());

const BASE = `${GRAB}\n${ITER.replace('#include <linux/uio.h>\n', '')}\n#define MINE (FOLL_WRITE | FOLL_FORCE)\n`;

/** Pieces that make, break and move findings, beside plain noise. */
const PIECES = [
	...['FOLL_GET | ', 'FOLL_PIN', ' | FOLL_LONGTERM', 'pin_user_pages_fast', 'put_page(pages[0]);', 'MINE', '1'],
	...['{', '}', '(', ')', ';', ',', '"', '/*', '*/', '//', '\\', '#if 0\n', '#endif\n', '#else\n'],
	...['\n', '\r\n', '\t', '𝒻', 'ü', 'x', 'static int f(void)\n{\n\treturn 0;\n}\n'],
];

const edit = fc.record({
	from: fc.double({ min: 0, max: 1, noNaN: true }),
	length: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.nat(12) }, fc.nat(200)),
	text: fc.oneof(fc.constantFrom(...PIECES), fc.constant('')),
});
/** What one message carries: changes that build on each other. */
const message = fc.array(edit, { minLength: 1, maxLength: 3 });

test('any sequence of incremental edits gives the findings of a fresh open', { timeout: 180_000 }, async () => {
	let run = 0;
	await fc.assert(
		fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 12 }), async (messages) => {
			const edited = `${root}/drivers/edited${run}/x.c`;
			const fresh = `${root}/drivers/fresh${run++}/x.c`;
			let document = TextDocument.create(edited, 'c', 1, BASE);
			await session.open(edited, BASE);
			for (const edits of messages) {
				const changes = edits.map(({ from, length, text }) => {
					const size = document.getText().length;
					const start = Math.floor(from * size);
					const range = { start: document.positionAt(start), end: document.positionAt(Math.min(size, start + length)) };
					document = TextDocument.update(document, [{ range, text }], document.version + 1);
					return { range, text };
				});
				await session.change(edited, ...changes);
				// Analyse on the way: what is kept from one version must not colour the next.
				await session.findings(edited);
			}
			await session.open(fresh, document.getText());
			const [kept, anew] = [await session.findings(edited), await session.findings(fresh)];
			const text = (items: unknown) => JSON.stringify(items).replaceAll(edited, fresh);
			expect(text(kept)).toBe(text(anew));
			await session.close(edited);
			await session.close(fresh);
		}),
		{ numRuns: 60 },
	);
});
