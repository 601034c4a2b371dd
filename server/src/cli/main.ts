import { Argument, Command, CommanderError, Option } from 'commander';
import { newestKernel } from '../kernel/index.js';
import { OLDEST } from '../kernel/releases.js';
import { SEVERITIES } from '../rules/rule.js';
import { tool } from '../version.js';
import { oneLine, printable } from '../workspace/wording.js';
import { type AuditCommand, runAudit } from './audit.js';
import { type CheckOptions, check, FORMATS } from './check.js';
import { completion, SHELLS, type Shell } from './completion.js';
import { type ExplainOptions, explain, namesToComplete } from './explain.js';
import { type FixOptions, fix } from './fix.js';
import { type Io, UsageError } from './io.js';
import { OWN_OPTIONS } from './kbuild/arguments.js';
import { kbuild } from './kbuild/kbuild.js';
import { lsp } from './lsp.js';
import { type McpOptions, mcp } from './mcp.js';
import { type MergeCommand, runMerge } from './merge.js';
import { kernelVersion, repeated, revision, shard, tagPattern, threads } from './options.js';
import { AUDIT_FORMATS } from './reports.js';
import { type RulesFormat, rules } from './rules.js';
import { tell } from './stderr.js';
import { watch } from './watch.js';

/** Lines below a headline of their own. */
export const EXAMPLES: readonly string[] = [
	'gup-lens check drivers/misc            findings in a folder',
	'gup-lens check --format sarif . >r     for a code scanning service',
	'git show HEAD:mm/gup.c | gup-lens check - --stdin-path mm/gup.c',
	'gup-lens check --diff HEAD             what the edits since HEAD bring',
	'gup-lens check --staged                what the next commit brings',
	'gup-lens check --watch drivers/foo     again after every change',
	'b4 am -o - MSGID | gup-lens check --patch -',
	'gup-lens fix --dry-run drivers/foo.c   the safe fixes as a diff',
	'make C=1 CHECK="gup-lens kbuild"       what is wrong, as sparse tells it',
	'gup-lens audit ~/linux                 every user of the family in a tree, with a verdict',
	'gup-lens audit ~/linux -o audit.html   as a page to look at',
	'gup-lens audit ~/linux --rev v6.12     as it was then, without a checkout',
	"gup-lens audit ~/linux --compare v6.1..v6.12 --tags 'v6.*' -o audit.html",
	'                                       what was converted from version to version',
	'gup-lens fix --rule foll-get-for-dma drivers/foo.c',
	'                                       convert to pin_user_pages*, acquire and release',
	'gup-lens fix --rule iov-iter-get-pages --series out fs/ceph',
	'                                       as a patch series',
	'gup-lens explain FOLL_LONGTERM         explain a rule, flag or function',
	'gup-lens explain --flow foo.c:120      paths of the pages acquired there',
];

export const EXIT_CODES: readonly string[] = [
	'check  0 clean, 1 a finding at or above --fail-on, 2 usage or input error',
	'kbuild 0 whatever is found, 1 a finding at or above --fail-on, 2 usage or input error',
	'audit  0 done, 1 stopped before its end, 2 usage or input error',
	'fix    0 done or nothing to do, 1 something left unfixed, 2 usage or input error',
];

/** The version, and the kernels whose facts are known. */
export const VERSION_LINES: readonly string[] = [tool.version, `kernels known: ${OLDEST} to ${newestKernel().release}`];

interface CommandLine {
	readonly program: Command;
	/** Exit code of the command that ran. */
	code(): number;
}

/** All commands with their options: what runs, and what help, completion and the manual page are made of. */
export function commandLine(io: Io): CommandLine {
	let code = 0;
	const program = new Command(tool.name)
		.description('Find and fix mistakes in acquiring and releasing user pages in Linux kernel C.')
		.version(VERSION_LINES.join('\n'))
		.addHelpText('after', `\n${section('Examples', EXAMPLES)}\n${section('Exit codes', EXIT_CODES)}`)
		.exitOverride()
		.configureOutput({
			writeOut: (text) => io.stdout.write(text),
			writeErr: (text) => io.stderr.write(printable(text)),
			outputError: (text, write) => write(complaint(text)),
			getOutHasColors: () => false,
			getErrHasColors: () => false,
		});

	withColour(withKernel(program.command('check')))
		.description('report what is wrong in files and folders')
		.argument('[path...]', '.c and .h files, and folders, by default the one here; "-" for the standard input')
		.option('--stdin-path <path>', 'name of the standard input: decides the kernel tree and what is printed')
		.option(
			'--diff <revision>',
			'only what the work tree brings since this revision of git, or A..B between two, below the paths or here',
		)
		.option('--rev <revision>', 'files as they are in this revision of git, without a checkout', revision)
		.option(
			'--patch <file>',
			'only what a patch or a mailed series would bring to the tree here; "-" reads it from a pipe',
		)
		.option('--staged', 'only what is staged for the next commit of git, as it is staged')
		.option('--baseline <file>', 'leave out the findings of an earlier report in JSON or SARIF')
		.addOption(new Option('--format <format>', 'how to print').choices(FORMATS).default('text'))
		.option('--rule <id>', 'only this rule; repeatable', repeated)
		.option('--severity <id=severity>', 'error, warning, information, hint or off for a rule; repeatable', repeated)
		.option('--fix', 'apply the safe fixes before')
		.option('--watch', 'check again whenever something changes, until Ctrl+C')
		.option('--statistics', 'how many findings each rule has, after them')
		.option('--quiet', 'print findings and errors alone: nothing where there is nothing')
		.addOption(
			new Option('--fail-on <severity>', 'exit 1 for findings of this severity or above')
				.choices(['never', ...SEVERITIES])
				.default('warning'),
		)
		.action(async (paths: string[], options: CheckOptions & { readonly color?: Colour }) => {
			const dyed = coloured(io, options.color);
			code = options.watch ? await watch(paths, options, dyed) : await check(paths, options, dyed);
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
		.option('--draft', 'print RFC patches for sites that are refused, with what is to be decided first; write nothing')
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
		.option('--rev <revision>', 'a revision of its git repository, read without a checkout', revision)
		.option('--shard <i/n>', 'only the i-th of n parts; "gup-lens merge" joins their JSON', shard)
		.option(
			'--compare <other>',
			'an older tree, the JSON of its audit, a revision, or a range A..B of them; repeatable, oldest first',
			repeated,
		)
		.option('--tags <pattern>', 'with --compare A..B: also the tags between them, such as "v6.*"', tagPattern)
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
		.description(
			'explain a rule, a FOLL_* flag, a function or a verdict, or show the paths of pages acquired on a line',
		)
		.argument('[name]', 'such as pin-put-page, FOLL_LONGTERM, pin_user_pages or convert; without one all are listed')
		.option(
			'--kernel <version|folder>',
			'such as 6.12, or headers; else that of the tree around, else the newest known',
			kernelVersion,
		)
		.option('--full', 'also print all examples of a rule')
		.addOption(dataFormat())
		.option('--flow <file:line>', 'paths of the pages acquired on that line, or in its function')
		.action(async (name: string | undefined, options: ExplainOptions) => {
			code = await explain(name, options, io);
		});

	const checker = program
		.command('kbuild')
		.description('check a file as the kernel build asks sparse to: make C=1 CHECK="gup-lens kbuild"')
		.argument('<flags...>', 'flags of sparse and the compiler, and the file, as make gives them');
	for (const { flags, description } of Object.values(OWN_OPTIONS)) checker.option(flags, description);

	program
		.command('rules')
		.description('list all rules')
		.addOption(dataFormat())
		.action(async ({ format }: { readonly format: RulesFormat }) => {
			code = await rules(format, io);
		});

	program
		.command('completion')
		.description('print a script that completes the command line in a shell')
		.addArgument(new Argument('<shell>').choices(SHELLS))
		.action(async (shell: Shell) => {
			io.stdout.write(completion(shell, program, await namesToComplete()));
		});

	program
		.command('lsp')
		.description('start the language server for an editor')
		.option('--stdio', 'use standard input and output (the default)')
		.action(async () => {
			code = await lsp();
		});

	program
		.command('mcp')
		.description('serve an assistant by the Model Context Protocol, on standard input and output')
		.argument('[folder]', 'what may be read, by default the folder here', '.')
		.option('--write', 'let it write conversions; without it nothing is changed')
		.action(async (folder: string, options: McpOptions) => {
			code = await mcp(folder, options, run, io);
		});

	for (const command of [program, ...program.commands]) command.showHelpAfterError(helpHint(command));
	return { program, code: () => code };
}

/**
 * Runs a command line.
 * @param argv arguments without node and script
 * @returns the exit code
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
	const { program, code } = commandLine(io);
	try {
		// the flags of compilers are not ours to refuse
		const checked = argv[0] === 'kbuild' ? await kbuild(argv.slice(1), io) : undefined;
		if (checked !== undefined) return checked;
		await program.parseAsync([...argv], { from: 'user' });
		return code();
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

function section(title: string, lines: readonly string[]): string {
	return `${title}:\n${lines.map((line) => `  ${line}\n`).join('')}`;
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

function dataFormat(): Option {
	return new Option('--format <format>', 'how to print').choices(['text', 'json']).default('text');
}

type Colour = 'auto' | 'always' | 'never';

function withColour(command: Command): Command {
	return command.addOption(
		new Option('--color <when>', 'colour of what is printed; auto: for a terminal')
			.choices(['auto', 'always', 'never'] satisfies Colour[])
			.default('auto'),
	);
}

/** The same streams, with colour or without where that was asked for. */
function coloured(io: Io, when: Colour = 'auto'): Io {
	if (when === 'auto') return io;
	const colour = when === 'always';
	const dyed = (stream: Io['stdout']): Io['stdout'] => ({ ...stream, write: (chunk) => stream.write(chunk), colour });
	return { ...io, stdin: () => io.stdin(), stdout: dyed(io.stdout), stderr: dyed(io.stderr) };
}

function withKernel(command: Command): Command {
	return command.option(
		'--kernel <version|folder>',
		'kernel of files outside a tree: 6.12, or a folder with its headers',
		kernelVersion,
	);
}
