/** Properties of what is read from outside: a report, a patch, settings, the headers of a tree, bytes. */
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import { compare } from '../../../server/src/audit/compare.js';
import { merge } from '../../../server/src/audit/merge.js';
import { readReport } from '../../../server/src/audit/readReport.js';
import { AuditError } from '../../../server/src/audit/report.js';
import { fingerprintsIn } from '../../../server/src/cli/baseline.js';
import { UsageError } from '../../../server/src/cli/io.js';
import { AUDIT_FORMATS, write } from '../../../server/src/cli/reports.js';
import { needles } from '../../../server/src/engine.js';
import { readSettings } from '../../../server/src/lsp/settings.js';
import { ruleMetas } from '../../../server/src/rules/index.js';
import type { Files } from '../../../server/src/workspace/files.js';
import { readMakefile } from '../../../server/src/workspace/makefile.js';
import { applySeries, PatchError } from '../../../server/src/workspace/patches.js';
import { Prefilter } from '../../../server/src/workspace/prefilter.js';
import { judge } from '../../../server/src/workspace/read.js';
import { decode, encode } from '../../../server/src/workspace/text.js';
import { treeKernel } from '../../../server/src/workspace/treeKernel.js';
import { type Input, versionsOf } from '../input.js';
import { audit, optionsOf } from '../subject.js';
import { hold, same } from '../violation.js';
import type { Property } from './property.js';

/** What a function gives; undefined where it refuses its input as it says. */
function unlessRefused<T>(refusal: abstract new (...args: never[]) => Error, ask: () => T): T | undefined {
	try {
		return ask();
	} catch (error) {
		if (!(error instanceof refusal)) throw error;
		hold(error.message !== '', 'refused without a word');
		return undefined;
	}
}

const TOP = '/tree';

/** A tree with these files and no others. */
function treeOf(files: Input['neighbours']): Files {
	const texts = new Map(files.map(({ path, text }) => [`${TOP}/${path}`, text]));
	return { read: async (path) => texts.get(path), list: async () => [] };
}

async function applied(patch: string, files: Input['neighbours']): ReturnType<typeof applySeries> {
	return applySeries(patch, TOP, treeOf(files), async () => undefined);
}

const RULES = new Set(ruleMetas.map(({ id }) => id));
const PREFILTER = new Prefilter(needles);
const CODE =
	'int f(unsigned long a, struct page **p)\n{\n\treturn get_user_pages_fast(a, 1, FOLL_WRITE | FOLL_PIN, p);\n}\n';

export const OUTSIDE: readonly Property[] = [
	{
		name: 'bytes',
		target: 'bytes',
		share: 1,
		check({ text }) {
			const bytes = Buffer.from(text, 'latin1');
			const source = decode(bytes);
			hold((source === undefined) === bytes.includes(0), 'text without NUL is not decoded, or one with it is');
			if (!source) return;
			hold(encode(source.text, source).equals(bytes), 'bytes are not written back as they were');
			const read = judge(bytes, PREFILTER);
			const named = needles.some((needle) => source.text.includes(needle));
			hold(read.kind === (named ? 'text' : 'irrelevant'), 'the search and the engine disagree about what is relevant');
			audit(source.text, {
				...optionsOf({ path: 'x.c', kernel: '6.12', neighbours: [], edits: [], seed: 0, target: 'bytes', text: '' }),
			});
		},
	},
	{
		name: 'headers',
		target: 'headers',
		share: 1,
		check({ text, path, kernel }) {
			readMakefile(text);
			const facts = treeKernel(
				{ release: kernel, version: kernel } as NonNullable<ReturnType<typeof readMakefile>>,
				new Map([[path, text]]),
			);
			for (const { name, signature } of facts.apis())
				hold(name !== '' && signature !== undefined, 'function without a name or a prototype');
			for (const { span } of facts.flags())
				hold(Number.isSafeInteger(span?.value), 'flag without a value', () => String(span?.value));
			audit(CODE, { path: 'x.c', kernel: facts, fixes: true });
		},
	},
	{
		name: 'patch',
		target: 'patch',
		share: 1,
		async check({ text, neighbours }) {
			try {
				const { before, now, files } = await applied(text, neighbours);
				const named = files.flatMap((file) => [file.before, file.now].filter((path) => path !== undefined));
				for (const path of [...before.keys(), ...now.keys(), ...named])
					hold(
						!path.startsWith('/') && !path.split('/').includes('..') && path !== '',
						'patch leaves the tree',
						() => path,
					);
			} catch (error) {
				if (!(error instanceof PatchError)) throw error;
				hold(error.message !== '', 'refused without a word');
			}
		},
	},
	{
		name: 'patch of a change',
		target: 'code',
		share: 0.1,
		async check(input) {
			const [before = '', after] = versionsOf(input);
			const path = 'drivers/misc/x.c';
			if (after === undefined || before === after || /\r|\0|[\uD800-\uDFFF]/.test(before + after)) return;
			const diff = createTwoFilesPatch(`a/${path}`, `b/${path}`, before, after, undefined, undefined, {
				headerOptions: FILE_HEADERS_ONLY,
			});
			const { now } = await applied(`diff --git a/${path} b/${path}\n${diff}`, [{ path, text: before }]);
			same(now.get(path), after, 'a patch gives another text');
		},
	},
	{
		name: 'report',
		target: 'report',
		share: 1,
		check({ text }) {
			const report = unlessRefused(AuditError, () => readReport(text));
			if (!report) return;
			unlessRefused(AuditError, () => merge([report]));
			unlessRefused(AuditError, () => merge([report, report]));
			const versions = ['a', 'b'].map((label) => ({ label, report }));
			const comparison = compare(versions);
			const sink = { write: () => undefined, colour: true };
			const io = { cwd: TOP, stdout: sink, stderr: sink, stdin: async () => Buffer.alloc(0) };
			for (const format of AUDIT_FORMATS) {
				write(report, () => undefined, undefined, { format }, io);
				if (['text', 'markdown', 'html'].includes(format)) write(report, () => undefined, comparison, { format }, io);
			}
		},
	},
	{
		name: 'baseline',
		target: 'baseline',
		share: 1,
		check({ text }) {
			const prints = unlessRefused(UsageError, () => fingerprintsIn(text, (why) => new UsageError(why)));
			for (const print of prints ?? []) hold(typeof print === 'string', 'fingerprint that is no text');
		},
	},
	{
		name: 'settings',
		target: 'settings',
		share: 1,
		check({ text }) {
			let raw: unknown;
			try {
				raw = JSON.parse(text);
			} catch {
				return;
			}
			const { severities, kernel } = readSettings(raw, RULES, (message) =>
				hold(message !== '', 'complaint without a word'),
			);
			for (const rule of Object.keys(severities)) hold(RULES.has(rule), 'severity of no rule', () => rule);
			audit(CODE, {
				...optionsOf({
					seed: 0,
					target: 'code',
					text: '',
					path: 'x.c',
					kernel: kernel ?? '6.12',
					neighbours: [],
					edits: [],
				}),
				severities,
			});
		},
	},
];
