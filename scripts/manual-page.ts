import type { Argument, Command, Option } from 'commander';
import { EXAMPLES, EXIT_CODES, VERSION_LINES } from '../server/src/cli/main.js';

/** The manual page of the command line, section 1, in the macros of man(7). */
export function manualPage(program: Command): string {
	const name = program.name();
	const [version = ''] = VERSION_LINES;
	return [
		'.\\" Generated from the options of the command line: npm run generate',
		`.TH ${name.toUpperCase()} 1 "" "${name} ${version}" "User Commands"`,
		'.SH NAME',
		text(`${name} - ${lower(program.description())}`),
		'.SH SYNOPSIS',
		...program.commands.flatMap((command) => [`.B ${dashes(name)} ${command.name()}`, synopsis(command), '.br']),
		'.SH DESCRIPTION',
		text(`${program.description()} The kernel is that of the tree around each file; ${VERSION_LINES[1]}.`),
		'.SH COMMANDS',
		...program.commands.flatMap((command) => [
			`.SS "${dashes(command.name())}"`,
			text(`${capital(command.description())}.`),
			...command.registeredArguments.flatMap(argumentOf),
			...command.options.flatMap(optionOf),
		]),
		'.SH EXAMPLES',
		'.nf',
		...EXAMPLES.map(text),
		'.fi',
		'.SH "EXIT STATUS"',
		'.nf',
		...EXIT_CODES.map(text),
		'.fi',
		'.SH FILES',
		'.TP',
		'.I .gup\\-lens.json',
		text(
			'Severities, files left out, the kernel, and what own macros and wrappers stand for: the nearest one upwards.',
		),
		'.SH ENVIRONMENT',
		'.TP',
		'.B NO_COLOR, FORCE_COLOR',
		text('Without or with colour, whatever the output is.'),
		'.TP',
		'.B XDG_CACHE_HOME',
		text('Where results of audits are kept.'),
		'',
	]
		.filter((line, i, all) => line !== '' || i === all.length - 1)
		.join('\n');
}

function synopsis(command: Command): string {
	const args = command.registeredArguments.map((argument) => `\\fI${text(written(argument))}\\fR`);
	return [command.options.length > 0 ? '[\\fIoptions\\fR]' : '', ...args].filter(Boolean).join(' ') || '\\&';
}

/** "[path...]" as commander writes it. */
function written(argument: Argument): string {
	const name = argument.name() + (argument.variadic ? '...' : '');
	return argument.required ? name : `[${name}]`;
}

function argumentOf(argument: Argument): string[] {
	const told = argument.argChoices ? `${argument.description} ${choices(argument.argChoices)}` : argument.description;
	return told.trim() === '' ? [] : ['.TP', `.I ${text(written(argument))}`, text(told.trim())];
}

function optionOf(option: Option): string[] {
	const usual = option.defaultValue === undefined ? '' : ` (default: ${option.defaultValue})`;
	const told = `${option.description}${option.argChoices ? ` ${choices(option.argChoices)}` : ''}${usual}`;
	return ['.TP', `.B ${dashes(option.flags)}`, text(told)];
}

function choices(values: readonly string[]): string {
	return `(${values.join(', ')})`;
}

/** A line of text: nothing in it is a request, and what is typed has the hyphen that is typed. */
function text(line: string): string {
	const escaped = dashes(line);
	return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped;
}

function dashes(line: string): string {
	return line.replaceAll('\\', '\\e').replaceAll('-', '\\-');
}

function lower(line: string): string {
	return line.charAt(0).toLowerCase() + line.slice(1).replace(/\.$/, '');
}

function capital(line: string): string {
	return line.charAt(0).toUpperCase() + line.slice(1);
}
