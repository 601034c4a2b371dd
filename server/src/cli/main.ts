import { Command, CommanderError, Option } from 'commander';
import { SEVERITIES } from '../rules/rule.js';
import { tool } from '../version.js';
import { oneLine, printable } from '../workspace/wording.js';
import { type AuditCommand, runAudit } from './audit.js';
import { type CheckOptions, check, FORMATS } from './check.js';
import { type ExplainOptions, explain } from './explain.js';
import { type FixOptions, fix } from './fix.js';
import { type Io, UsageError } from './io.js';
import { lsp } from './lsp.js';
import { type MergeCommand, runMerge } from './merge.js';
import { kernelVersion, repeated, shard, threads } from './options.js';
import { AUDIT_FORMATS } from './reports.js';
import { rules } from './rules.js';
import { tell } from './tell.js';

const EXAMPLES = `
Examples:
  gup-lens check drivers/misc            findings in a folder
  gup-lens check --format sarif . >r     for a code scanning service
  git show HEAD:mm/gup.c | gup-lens check - --stdin-path mm/gup.c
  gup-lens check --diff HEAD             only findings introduced since HEAD
  b4 am -o - MSGID | gup-lens check --patch -
  gup-lens fix --dry-run drivers/foo.c   the safe fixes as a diff
  gup-lens audit ~/linux                 every GUP user in a tree, with a verdict
  gup-lens audit ~/linux -o audit.html   as an HTML page
  gup-lens fix --rule foll-get-for-dma drivers/foo.c
                                         convert to pin_user_pages*, acquire and release
  gup-lens fix --rule iov-iter-get-pages --series out fs/ceph
                                         as a patch series
  gup-lens explain FOLL_LONGTERM         explain a rule, flag or function
  gup-lens explain --flow foo.c:120      paths of the pages acquired there

Exit codes:
  check  0 clean, 1 a finding at or above --fail-on, 2 usage or input error
  audit  0 done, 1 stopped early, 2 usage or input error
  fix    0 done or nothing to do, 1 some findings not fixed, 2 usage or input error
`;

/**
 * Runs a command line.
 * @param argv arguments without node and script
 * @returns the exit code
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
	let code = 0;
	const program = new Command(tool.name)
		.description('Find and fix mistakes in acquiring and releasing user pages in Linux kernel C.')
		.version(tool.version)
		.addHelpText('after', EXAMPLES)
		.exitOverride()
		.configureOutput({
			writeOut: (text) => io.stdout.write(text),
			writeErr: (text) => io.stderr.write(printable(text)),
			outputError: (text, write) => write(complaint(text)),
			getOutHasColors: () => false,
			getErrHasColors: () => false,
		});

	withKernel(program.command('check'))
		.description('report findings in files and folders')
		.argument('[path...]', '.c and .h files, and folders; "-" for standard input')
		.option('--stdin-path <path>', 'path to assume for standard input')
		.option('--diff <revision>', 'only findings introduced in the work tree since this git revision')
		.option('--patch <file>', 'only findings a patch or mailed series would introduce here; "-" for standard input')
		.option('--baseline <file>', 'omit findings of an earlier report in JSON or SARIF')
		.addOption(new Option('--format <format>', 'output format').choices(FORMATS).default('text'))
		.option('--rule <id=severity>', 'error, warning, information, hint or off for a rule; repeatable', repeated)
		.addOption(
			new Option('--fail-on <severity>', 'exit 1 for findings of this severity or above')
				.choices(['never', ...SEVERITIES])
				.default('warning'),
		)
		.action(async (paths: string[], options: CheckOptions) => {
			code = await check(paths, options, io);
		});

	withKernel(program.command('fix'))
		.description('apply safe fixes repeatedly until none remain')
		.argument('<path...>', '.c and .h files, and folders; "-" filters standard input')
		.option('--stdin-path <path>', 'path to assume for standard input')
		.option('--rule <id>', 'only this rule; repeatable', repeated)
		.option('--unsafe', 'also apply fixes that need review')
		.option('--dry-run', 'print a unified diff without changing files')
		.option('--short-term', 'convert without FOLL_LONGTERM even if pages are held indefinitely')
		.addOption(new Option('--format <format>', 'print conversions as mails for git am').choices(['patch']))
		.option('--series <dir>', 'write conversions as a mail series to a new folder, with cover letter and recipients')
		.option('--emit-cocci', 'print conversions as semantic patches for Coccinelle')
		.action(async (paths: string[], options: FixOptions) => {
			code = await fix(paths, options, io);
		});

	withReport(withKernel(program.command('audit')))
		.description('list every call that acquires user pages in a tree, with a verdict')
		.argument('<tree>', 'a kernel tree, or any folder')
		.option('--no-known-users', 'ignore the curated table of known users')
		.option('--no-prefilter', 'also analyse files that do not name these functions')
		.option('--no-cache', 'do not use the result cache')
		.option('--shard <i/n>', 'only the i-th of n parts; "gup-lens merge" joins their JSON', shard)
		.option('--compare <other>', 'an older tree, or the JSON of its audit; repeatable, oldest first', repeated)
		.option('--jobs <n>', 'number of threads; default: number of CPUs', threads)
		.action(async (tree: string, options: AuditCommand) => {
			code = await runAudit(tree, options, io);
		});

	withReport(program.command('merge'))
		.description('join the JSON reports of all shards of an audit')
		.argument('<file...>', 'reports of "gup-lens audit --shard i/n --format json"; "-" for standard input')
		.option('--tree <tree>', 'the audited tree, for code in the HTML report')
		.action(async (files: string[], options: MergeCommand) => {
			code = await runMerge(files, options, io);
		});

	program
		.command('explain')
		.description('explain a rule, a FOLL_* flag or a function, or show the paths of pages acquired on a line')
		.argument('[name]', 'e.g. pin-put-page, FOLL_LONGTERM or pin_user_pages')
		.option('--kernel <version>', 'e.g. 6.12; default: the surrounding tree, else the newest known', kernelVersion)
		.option('--full', 'all examples and references of a rule')
		.option('--flow <file:line>', 'paths of the pages acquired on that line, or in its function')
		.action(async (name: string | undefined, options: ExplainOptions) => {
			code = await explain(name, options, io);
		});

	program
		.command('rules')
		.description('list all rules')
		.action(async () => {
			code = await rules(io);
		});

	program
		.command('lsp')
		.description('start the language server for an editor')
		.option('--stdio', 'use standard input and output (the default)')
		.action(async () => {
			code = await lsp();
		});

	for (const command of [program, ...program.commands]) command.showHelpAfterError(helpHint(command));
	try {
		await program.parseAsync([...argv], { from: 'user' });
		return code;
	} catch (error) {
		if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
		if (!(error instanceof UsageError)) throw error;
		const command = program.commands.find((known) => known.name() === argv[0]) ?? program;
		tell(io, error.message);
		io.stderr.write(`${helpHint(command)}\n`);
		return 2;
	}
}

/** "error: unknown option '--x'", with what was given in it, and maybe "(Did you mean --y?)" on a line of its own. */
function complaint(text: string): string {
	const [, words = text, hint = ''] = /^error: (.*?)(\n\(Did you mean [^\n]*)?\n$/s.exec(text) ?? [];
	return `${tool.name}: ${oneLine(words)}${hint}\n`;
}

/** What follows a usage error. */
function helpHint(command: Command): string {
	const words = command.parent ? [command.parent.name(), command.name()] : [command.name()];
	return `See "${words.join(' ')} --help".`;
}

function withReport(command: Command): Command {
	return command
		.addOption(
			new Option('--format <format>', 'output format; default: by file extension, else text').choices(AUDIT_FORMATS),
		)
		.option('-o, --output <file>', 'output file; "-" for standard output');
}

function withKernel(command: Command): Command {
	return command.option('--kernel <version>', 'kernel version for files outside a tree, e.g. 6.12', kernelVersion);
}
