/** Whatever is being typed: an answer, quickly, and ranges inside the text. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { completionsAt, hoverAt, signatureAt } from '../../server/src/explain/index.js';
import { kernelFor } from '../../server/src/kernel/index.js';
import { kernelOf, needTree, read, tree } from '../kernel/trees.js';

const kernel = kernelFor('6.12');

function expectSound(text: string, offset: number): void {
	const hover = hoverAt(text, offset, { path: 'drivers/a.c', kernel });
	if (hover) {
		expect(text.slice(hover.range.start, hover.range.end)).toMatch(/^\w+$/);
		expect(hover.range.start <= offset && offset <= hover.range.end).toBe(true);
	}
	const completions = completionsAt(text, offset, { kernel });
	if (completions) {
		expect(text.slice(completions.range.start, completions.range.end)).toMatch(/^\w*$/);
		expect(completions.range.start <= offset && offset <= completions.range.end).toBe(true);
	}
	const help = signatureAt(text, offset, kernel);
	if (help) for (const { start, end } of help.parameters) expect(help.label.slice(start, end)).not.toBe('');
}

const PIECES = [
	...'(){}[];,|?:=!&"\'\\\n#*/.'.split(''),
	'->',
	'\n}',
	'\n{\n',
	'//',
	'/*',
	'*/',
	' ',
	'get_user_pages(',
	'pin_user_pages_fast',
	'FOLL_WRITE',
	'gup_flags',
	'\nint f(void)\n{\n\t',
	'é😀',
];

it('answers on any text at any offset', () => {
	fc.assert(
		fc.property(fc.array(fc.constantFrom(...PIECES), { maxLength: 60 }), fc.nat(), (pieces, place) => {
			const text = pieces.join('');
			expectSound(text, place % (text.length + 1));
		}),
		{ numRuns: 2000 },
	);
});

const { skip, title } = needTree('answers everywhere in a real file, and while it is cut off', '6.12');
it.skipIf(skip)(title, () => {
	const text = read(tree('6.12') as string, 'fs/nfs/direct.c');
	for (let offset = 0; offset <= text.length; offset += 37) {
		expectSound(text, offset);
		expectSound(text.slice(0, offset), offset);
	}
});

it.skipIf(skip)('needs far less than a keystroke in a large file', () => {
	const root = tree('6.12') as string;
	const text = read(root, 'kernel/events/core.c');
	const declared = kernelOf(root);
	const times: number[] = [];
	for (let offset = 0; offset < text.length; offset += 2000) {
		const start = performance.now();
		hoverAt(text, offset, { path: 'kernel/events/core.c', kernel: declared });
		completionsAt(text, offset, { kernel: declared });
		signatureAt(text, offset, declared);
		times.push(performance.now() - start);
	}
	// The median, so that a busy machine does not fail the test.
	expect(times.toSorted((a, b) => a - b)[times.length >> 1]).toBeLessThan(10);
});
