import type { RuleMeta } from '../server/src/rules/rule.js';
import { LONGEST_GLOB } from '../server/src/workspace/configuration/glob.js';
import { severityOf } from './settings.js';

/** Parameters of a function, as the names of a `#define` have them. */
const HEAD = '^\\s*[A-Za-z_]\\w*(\\(\\s*([A-Za-z_]\\w*(\\s*,\\s*[A-Za-z_]\\w*)*)?\\s*\\))?\\s*$';

/** The JSON schema of .gup-lens.json, draft 7: what editors know. */
export function configurationSchema(rules: readonly RuleMeta[]): Record<string, unknown> {
	return {
		$schema: 'http://json-schema.org/draft-07/schema#',
		title: 'GUP Lens',
		description: 'Configuration of GUP Lens for the folder of this file and what is below it.',
		type: 'object',
		additionalProperties: false,
		properties: {
			$schema: { type: 'string', description: 'Where this schema is, for editors.' },
			severity: {
				type: 'object',
				description: 'Severity per rule; off disables a rule. What an editor sets, or --severity, counts more.',
				additionalProperties: false,
				properties: Object.fromEntries(rules.map((rule) => [rule.id, severityOf(rule)])),
			},
			exclude: {
				type: 'array',
				description:
					'Globs of files and folders that nothing is said of, relative to this file: *, ?, [a-z], {a,b}, and ** for folders. Without a "/" it is the name of any file or folder.',
				items: { type: 'string', minLength: 1, maxLength: LONGEST_GLOB, examples: ['drivers/staging/', '*.mod.c'] },
			},
			kernel: {
				type: 'string',
				pattern: '^\\d+\\.\\d+',
				description:
					'Version of the kernel of files outside a kernel tree. What an editor sets, or --kernel, counts more.',
				examples: ['6.12'],
			},
			functions: {
				type: 'object',
				description:
					'Own macros, wrappers and allocators, each with the kernel function it stands for: "X_PIN": "pin_user_pages"; with parameters where the arguments differ: "x_pin(dev, addr, nr, pages)": "pin_user_pages_fast(addr, nr, FOLL_WRITE, pages)".',
				propertyNames: { pattern: HEAD },
				additionalProperties: { type: 'string', minLength: 1 },
				// biome-ignore lint/suspicious/noTemplateCurlyInString: placeholders of a snippet
				defaultSnippets: [{ body: { '${1:X_PIN}': '${2:pin_user_pages}' } }],
			},
		},
	};
}
