/** Small C functions of the statements that a domain looks at, in any order and nesting. */
import fc from 'fast-check';
import { type FileContext, fileContext } from '../../../server/src/analysis/context.js';
import type { FunctionIR } from '../../../server/src/syntax/ir.js';
import { LinkedUnit } from '../../../server/src/syntax/linked-unit.js';
import { engine, kernel } from '../../syntax/engine.js';

export interface Vocabulary {
	/** Parameters and what is declared first: what the statements and tests name. */
	readonly params: string;
	readonly declarations: string;
	readonly statements: readonly string[];
	readonly tests: readonly string[];
}

export interface Program {
	readonly text: string;
	readonly file: FileContext;
	readonly fn: FunctionIR;
}

/** A function whose body is made of the vocabulary. */
export function program({ params, declarations, statements, tests }: Vocabulary): fc.Arbitrary<string> {
	const test = fc.oneof(
		fc.constantFrom(...tests),
		fc
			.tuple(fc.constantFrom(...tests), fc.constantFrom('&&', '||'), fc.constantFrom(...tests))
			.map((all) => all.join(' ')),
	);
	const { body } = fc.letrec<{ body: string; statement: string }>((tie) => ({
		body: fc.array(tie('statement'), { minLength: 1, maxLength: 4 }).map((all) => all.join('\n')),
		statement: fc.oneof(
			{ maxDepth: 3, withCrossShrink: true },
			{ weight: 5, arbitrary: fc.constantFrom(...statements) },
			{ weight: 2, arbitrary: fc.tuple(test, tie('body')).map(([at, then]) => `if (${at}) {\n${then}\n}`) },
			{
				weight: 1,
				arbitrary: fc
					.tuple(test, tie('body'), tie('body'))
					.map(([at, one, two]) => `if (${at}) {\n${one}\n} else {\n${two}\n}`),
			},
			{ weight: 1, arbitrary: fc.tuple(test, tie('body')).map(([at, then]) => `while (${at}) {\n${then}\n}`) },
			{ weight: 1, arbitrary: test.map((at) => `if (${at})\nreturn -EINVAL;`) },
		),
	}));
	return body.map(
		(made) => `static int example(${params})\n{\n${declarations}\n${made}\nunpin_user_pages(pages, 1);\nreturn 0;\n}\n`,
	);
}

/** The function as the analyses see it. */
export function read(text: string): Program {
	const ir = engine.read(text, kernel);
	const file = fileContext('drivers/misc/example.c', new LinkedUnit(text, []), kernel, ir);
	const fn = ir.lookup('example');
	if (!fn?.hasNoSyntaxErrors) throw new Error(`not read: ${text}`);
	return { text, file, fn };
}
