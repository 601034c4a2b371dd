import { describe, expect, it } from 'vitest';
import { kernelTree, TREE_NAMES } from '../../scripts/trees.js';
import { needles } from '../../server/src/engine.js';
import { API_RECORDS } from '../../server/src/kernel/apis/index.js';
import { corpus, engine, named } from './corpus.js';
import { softenedFunctions } from './softened.js';
import { type ScannedCall, scanCalls } from './token-scan.js';

/** The family: what is named by one of the words, not the releases that all of the kernel uses. */
const family = new Set(
	API_RECORDS.map(({ name }) => name).filter((name) => needles.some((needle) => name.includes(needle))),
);

describe.each(TREE_NAMES)('every file of %s that names the family', (tree) => {
	it.skipIf(!kernelTree(tree))(named('has no error in a function that names it', tree), async () => {
		const { files, kernel } = await corpus(tree);
		expect(files.length).toBeGreaterThan(150);
		const unread = files.flatMap(({ path, text }) => {
			const { unread, functions } = engine.read(text, kernel);
			const unclean = functions.filter((fn) => !fn.hasNoSyntaxErrors).map((fn) => `${fn.name} (reading ${fn.variant})`);
			return [...unread, ...unclean].map((fn) => `${path}: ${fn}`);
		});
		expect(unread).toEqual([]);
	});

	it.skipIf(!kernelTree(tree))(named('loses at most 1 % of the bodies that name it to softening', tree), async () => {
		const { files, kernel } = await corpus(tree);
		const softened = files.flatMap(({ text }) => [...softenedFunctions(text, kernel.version)]);
		const family = softened.filter(({ named }) => named);
		expect(family.length).toBeGreaterThan(300);
		const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
		const share = sum(family.map(({ blanked }) => blanked)) / sum(family.map(({ body }) => body));
		expect(share).toBeLessThanOrEqual(0.01);
		// Nothing at all would mean that nothing was counted.
		expect(share).toBeGreaterThan(0);
	});

	it.skipIf(!kernelTree(tree))(named('gives every call that a token scan sees, and no other', tree), async () => {
		const { files, kernel } = await corpus(tree);
		let calls = 0;
		for (const { path, text } of files) {
			const ir = engine.read(text, kernel);
			const seen = new Map<number, ScannedCall>();
			for (const call of [...ir.functions, ...ir.macros].flatMap((part) => part.calls)) {
				if (!family.has(call.name)) continue;
				// the name is where the IR says it is
				expect(text.slice(call.nameRange.start, call.nameRange.end), path).toBe(call.name);
				seen.set(call.nameRange.start, {
					name: call.name,
					line: text.slice(0, call.nameRange.start).split('\n').length,
					args: call.args.length,
				});
			}
			const lowered = [...seen].sort(([a], [b]) => a - b).map(([, call]) => call);
			expect(lowered, path).toEqual(scanCalls(text, family));
			calls += lowered.length;
		}
		expect(calls).toBeGreaterThan(200);
	});

	it.skipIf(!kernelTree(tree))(
		named('keeps every name, number and operator of the IR at its place in the text', tree),
		async () => {
			const { files, kernel } = await corpus(tree);
			for (const { path, text } of files) {
				for (const fn of engine.read(text, kernel).functions) {
					expect(text.slice(fn.nameRange.start, fn.nameRange.end), path).toBe(fn.name);
					expect(text[fn.body.start], `${path} ${fn.name}`).toBe('{');
					expect(text[fn.body.end - 1], `${path} ${fn.name}`).toBe('}');
					for (const variable of [...fn.params, ...fn.locals]) {
						if (variable.name)
							expect(text.slice(variable.start, variable.end), `${path} ${fn.name}`).toBe(variable.name);
					}
					for (const call of fn.calls) {
						expect(text[call.argsRange.start], `${path} ${call.name}`).toBe('(');
						expect(text[call.argsRange.end - 1], `${path} ${call.name}`).toBe(')');
					}
				}
			}
		},
	);
});
