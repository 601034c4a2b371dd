/** What kbuild hands to its checker: options of ours, flags of sparse and of the compiler, and the file. */
import type { Macros } from '../../engine.js';
import { SEVERITIES } from '../../rules/rule.js';

/** Values of --fail-on. */
export const FAIL_ON = ['never', ...SEVERITIES] as const;

/** An option of our own among the compiler's; each has a value. */
export interface OwnOption {
	readonly flags: string;
	readonly description: string;
}

/** All are long: no compiler has one of these names. */
export const OWN_OPTIONS = {
	'fail-on': {
		flags: '--fail-on <severity>',
		description: 'exit 1 for findings like this or worse, which stops the build',
	},
	severity: {
		flags: '--severity <id=severity>',
		description: 'error, warning, information, hint or off for a rule; repeatable',
	},
	kernel: {
		flags: '--kernel <version>',
		description: 'kernel of files that the flags give no kernel tree for, such as 6.12',
	},
} as const satisfies Record<string, OwnOption>;

export type OwnName = keyof typeof OWN_OPTIONS;

export interface Arguments {
	/** As given, in their order. */
	readonly files: readonly string[];
	readonly macros: Macros;
	/** Folders and forced headers in which the compiler looks first, as given. */
	readonly includes: readonly string[];
	readonly headers: readonly string[];
	/** Values of our own options; undefined for one without its value. */
	readonly own: readonly (readonly [OwnName, string | undefined])[];
}

/** Flags of gcc, clang and sparse whose value may be the next argument. */
const WITH_VALUE: ReadonlySet<string> = new Set(
	`-A -D -I -L -T -U -e -l -o -u -x -z -MF -MQ -MT -Xassembler -Xclang -Xlinker -Xpreprocessor --param --sysroot
	-arch -aux-info -dumpbase -gcc-base-dir -idirafter -imacros -imultilib -include -iprefix -iquote -isysroot -isystem
	-iwithprefix -iwithprefixbefore -mllvm -multiarch-dir -specs -target -wrapper`.split(/\s+/),
);

/** The value stands in the same argument: -DX=1, -Iinclude. */
const JOINED = /^(-D|-U|-I|-iquote|-isystem|-idirafter|-include|-imacros)(.+)$/s;

const HELP = new Set(['-h', '--help']);

/** @returns undefined where help is asked for */
export function readArguments(argv: readonly string[]): Arguments | undefined {
	const macros = new Map<string, string | undefined>();
	const includes: string[] = [];
	const headers: string[] = [];
	const own: [OwnName, string | undefined][] = [];
	const operands: string[] = [];
	for (let i = 0; i < argv.length; i++) {
		const argument = argv[i] as string;
		if (HELP.has(argument)) return undefined;
		const [, name = '', , joined] = /^--([\w-]+)(=(.*))?$/s.exec(argument) ?? [];
		if (Object.hasOwn(OWN_OPTIONS, name)) {
			own.push([name as OwnName, joined ?? argv[++i]]);
			continue;
		}
		if (argument === '-' || !/^[-@]/.test(argument)) {
			operands.push(argument);
			continue;
		}
		const [flag, value] = WITH_VALUE.has(argument)
			? [argument, argv[++i]]
			: (JOINED.exec(argument)?.slice(1) ?? [argument, undefined]);
		if (value === undefined) continue;
		switch (flag) {
			case '-D': {
				const equals = value.indexOf('=');
				if (equals < 0) macros.set(value, '1');
				else macros.set(value.slice(0, equals), value.slice(equals + 1));
				break;
			}
			case '-U':
				macros.set(value, undefined);
				break;
			case '-I':
			case '-iquote':
			case '-isystem':
			case '-idirafter':
				includes.push(value);
				break;
			case '-include':
			case '-imacros':
				headers.push(value);
		}
	}
	// the file comes last; before it, the value of a flag that is not in the list looks like one
	const files = operands.filter((path, i) => i === operands.length - 1 || /\.[ch]$/.test(path));
	return { files, macros, includes, headers, own };
}
