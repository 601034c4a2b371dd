import { expect, test } from 'vitest';
import { toMarkup, toPlain } from '../../server/src/lsp/markup.js';

test('markdown goes unchanged to clients that draw it', () => {
	expect(toMarkup('**a** `b`', true)).toEqual({ kind: 'markdown', value: '**a** `b`' });
});

test('the others get the words without the marks', () => {
	expect(toMarkup('**a** `b`', false)).toEqual({ kind: 'plaintext', value: 'a: b' });
	expect(toPlain('## Title\n\nsee [the page](https://example.org/a_b_c)')).toBe(
		'Title\n\nsee the page (https://example.org/a_b_c)',
	);
	expect(toPlain('_now_ and *then*, a \\* b')).toBe('now and then, a * b');
});

test('labels keep apart from what they label, and line ends are clean', () => {
	expect(toPlain('**Returns** pages.  \n**Locking** none.\n\n**`f` is gone.** It went.')).toBe(
		'Returns: pages.\nLocking: none.\n\nf is gone. It went.',
	);
});

test('code keeps every character', () => {
	const code = 'long f(struct page **pages, int __flags);\n';
	expect(toPlain(`\`\`\`c\n${code}\`\`\`\n\nsnake_case_names and FOLL_GET | FOLL_PIN stay`)).toBe(
		`${code}\nsnake_case_names and FOLL_GET | FOLL_PIN stay`,
	);
});
