import type { RuleMeta } from '../server/src/rules/rule.js';

const severities = ['error', 'warning', 'information', 'hint', 'off'];

/** The settings of the extension, as `contributes.configuration.properties` of the manifest has them. */
export function settingsOf(rules: readonly RuleMeta[]): Record<string, unknown> {
	return {
		'gup-lens.kernel': {
			type: 'string',
			default: '',
			pattern: '^(\\d+\\.\\d+(\\.\\d+)?|(/|[A-Za-z]:[\\\\/]).*)?$',
			patternErrorMessage:
				'A kernel version such as 6.12, the absolute path of a folder with kernel headers, or nothing.',
			scope: 'resource',
			order: 1,
			markdownDescription:
				'Kernel of files outside a kernel tree: a version, for instance `6.12`, or a folder with its headers, for instance `/usr/src/linux-headers-6.12.0-amd64`, which are read like those of a tree. Inside a tree its own Makefile and headers decide. Empty: the newest kernel known is assumed, and rules that depend on the version only inform; so they do for a version that is newer or older than those known.',
		},
		'gup-lens.severity': {
			type: 'object',
			default: {},
			scope: 'resource',
			order: 2,
			markdownDescription: 'Severity per rule, overriding its default; `off` disables a rule.',
			additionalProperties: false,
			properties: Object.fromEntries(rules.map((rule) => [rule.id, severityOf(rule)])),
		},
		'gup-lens.codeLens.enable': {
			type: 'boolean',
			default: false,
			scope: 'resource',
			order: 3,
			markdownDescription:
				'Show a line above each call that acquires pages: where they are released, and how many paths leak.',
		},
		'gup-lens.audit.workspaceDiagnostics': {
			type: 'boolean',
			default: false,
			scope: 'window',
			order: 4,
			markdownDescription:
				'Also report findings in files that are not open. The server then reads every C file in the workspace folders. Ignored in Restricted Mode if set by the workspace. Not available in VS Code for the Web.',
		},
		'gup-lens.trace.server': {
			type: 'string',
			enum: ['messages', 'compact', 'verbose'],
			default: 'messages',
			scope: 'window',
			order: 5,
			markdownDescription:
				'Trace level for language-server messages in the *GUP Lens* output, while its log level is *Trace*.',
		},
	};
}

/** The schema of the severity of a rule. */
export function severityOf({ title, severity, severityNote }: RuleMeta): Record<string, unknown> {
	const usual = severityNote === undefined ? severity : `${severity} (${severityNote})`;
	return { type: 'string', enum: severities, description: `${title}. Default: ${usual}.` };
}
