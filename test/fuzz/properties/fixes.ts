/** Properties of fixes, alone and together. */
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Finding } from '../../../server/src/engine.js';
import { fixAll } from '../../../server/src/fixall.js';
import { suppress } from '../../../server/src/lsp/suppression.js';
import { applyEdits } from '../../../server/src/rules/apply.js';
import { moved, newOnes } from '../../../server/src/rules/fix-verification.js';
import type { Fix } from '../../../server/src/rules/rule.js';
import { suppressionMeta } from '../../../server/src/rules/suppression.js';
import { analyse, optionsOf } from '../subject.js';
import { hold, same } from '../violation.js';
import { holdEdits, holdWords } from './places.js';
import type { Property } from './property.js';

const WANTED: readonly (readonly [string, (finding: Finding, fix: Fix) => boolean])[] = [
	['safe fixes', (_, fix) => fix.safe],
	['all fixes', () => true],
];

export const FIXES: readonly Property[] = [
	{
		name: 'fixes',
		target: 'code',
		share: 0.6,
		check(input) {
			const { text } = input;
			const options = { ...optionsOf(input), fixes: true };
			const first = analyse(text, options);
			if (!first.findings.some(({ fixes }) => fixes.length > 0)) return;
			for (const finding of first.findings) {
				for (const { title, edits } of finding.fixes) {
					holdWords(title, 'title of a fix');
					holdEdits(text, edits, `fix of ${finding.rule}`);
					const after = analyse(applyEdits(text, edits), { ...options, fixes: false });
					hold(after.findings.length < first.findings.length, `fix of ${finding.rule} leaves as many findings`);
					const [fresh] = newOnes(first.findings, after.findings);
					hold(
						fresh === undefined,
						`fix of ${finding.rule} brings a finding`,
						() => `${fresh?.rule}: ${fresh?.message}`,
					);
				}
			}
			for (const [name, wanted] of WANTED) {
				const again = (changed: string) => analyse(changed, options);
				const once = fixAll(text, first, again, wanted);
				holdEdits(text, once.edits, name);
				same(applyEdits(text, once.edits), once.text, `edits of ${name} give another text`);
				const rounds = once.rounds.reduce((before, edits) => applyEdits(before, edits), text);
				same(rounds, once.text, `rounds of ${name} give another text`);
				const left = again(once.text);
				const twice = fixAll(once.text, left, again, wanted);
				same(once.text, twice.text, `${name} a second time change more`);
				const fresh = newOnes(first.findings, left.findings);
				hold(fresh.length === 0, `${name} bring a finding`, () => `${fresh[0]?.rule}: ${fresh[0]?.message}`);
			}
		},
	},
	{
		name: 'suppression',
		target: 'code',
		share: 0.3,
		check({ text, ...input }, dice) {
			const options = optionsOf({ text, ...input });
			const before = analyse(text, options).findings.filter(({ rule }) => rule !== suppressionMeta.id);
			if (before.length === 0) return;
			const finding = dice.pick(before);
			const document = TextDocument.create('file:///x.c', 'c', 1, text);
			const edit = suppress(document, finding.rule, finding);
			holdEdits(text, [edit], 'suppression');
			const kept = applyEdits(text, [{ ...edit, text: edit.text.replace('-- */', '-- why */') }]);
			const after = analyse(kept, options).findings;
			const at = moved(finding, [edit]).start + 'why '.length;
			hold(
				!after.some(({ rule, start }) => rule === finding.rule && start === at),
				'a suppressed finding stays',
				() => finding.rule,
			);
			const [fresh] = newOnes(
				before,
				after.filter(({ rule }) => rule !== suppressionMeta.id),
			);
			hold(fresh === undefined, 'a suppression brings a finding', () => `${fresh?.rule}: ${fresh?.message}`);
		},
	},
	{
		name: 'fixes with CRLF',
		target: 'code',
		share: 0.1,
		check(input) {
			if (input.text.includes('\r')) return;
			const options = { ...optionsOf(input), fixes: true };
			const fixed = (text: string) =>
				fixAll(
					text,
					analyse(text, options),
					(changed) => analyse(changed, options),
					() => true,
				).text;
			const windows = fixed(input.text.replaceAll('\n', '\r\n'));
			same(fixed(input.text).replaceAll('\n', '\r\n'), windows, 'fixes differ with CRLF');
		},
	},
];
