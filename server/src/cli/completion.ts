/** Scripts that complete the command line in shells, from the very options it has. */
import type { Command, Option } from 'commander';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

interface Completed {
	readonly name: string;
	readonly description: string;
	readonly options: readonly CompletedOption[];
	/** Words in the place of paths; empty: files. */
	readonly words: readonly string[];
}

interface CompletedOption {
	readonly long: string;
	readonly description: string;
	readonly takesValue: boolean;
	readonly choices: readonly string[];
}

/** Names that only the engine knows, for values of options and arguments. */
export interface Names {
	readonly rules: readonly string[];
	/** What `explain` knows. */
	readonly explained: readonly string[];
}

export function completion(shell: Shell, program: Command, names: Names): string {
	const commands = program.commands.map((command): Completed => {
		const name = command.name();
		return {
			name,
			description: command.description(),
			options: command.options.flatMap((option) => optionOf(option, names)),
			words: name === 'explain' ? names.explained : name === 'completion' ? SHELLS : [],
		};
	});
	return { bash, zsh, fish }[shell](commands);
}

function optionOf(option: Option, { rules }: Names): CompletedOption[] {
	if (!option.long) return [];
	const takesValue = option.required || option.optional;
	const choices = option.argChoices ?? (option.long === '--rule' || option.long === '--severity' ? rules : []);
	return [{ long: option.long, description: option.description, takesValue, choices }];
}

function bash(commands: readonly Completed[]): string {
	const names = commands.map(({ name }) => name);
	const values = commands.flatMap(({ name, options }) =>
		options
			.filter(({ takesValue }) => takesValue)
			.map(({ long, choices }) => {
				const reply = choices.length > 0 ? `-W '${choices.join(' ')}'` : '-f';
				return `\t\t${name},${long}) COMPREPLY=($(compgen ${reply} -- "$cur")); return ;;\n`;
			}),
	);
	const words = commands.map(({ name, options, words }) => {
		const longs = options.map(({ long }) => long).join(' ');
		return `\t\t${name}) options='${longs} --help'; words='${words.join(' ')}' ;;\n`;
	});
	return `# bash completion for gup-lens: source <(gup-lens completion bash)
_gup_lens() {
	local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command= options= words= i
	for ((i = 1; i < COMP_CWORD; i++)); do
		case \${COMP_WORDS[i]} in ${names.join('|')}) command=\${COMP_WORDS[i]}; break ;; esac
	done
	case $command,$prev in
${values.join('')}	esac
	case $command in
		'') options='--help --version'; words='${names.join(' ')}' ;;
${words.join('')}	esac
	if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W "$options" -- "$cur"))
	elif [[ $words ]]; then COMPREPLY=($(compgen -W "$words" -- "$cur"))
	else COMPREPLY=($(compgen -f -- "$cur"))
	fi
}
complete -o filenames -F _gup_lens gup-lens
`;
}

function fish(commands: readonly Completed[]): string {
	const lines = commands.flatMap(({ name, description, options, words }) => {
		const here = `complete -c gup-lens -n '__fish_seen_subcommand_from ${name}'`;
		return [
			`complete -c gup-lens -f -n __fish_use_subcommand -a ${name} -d ${single(description)}`,
			...(words.length > 0 ? [`${here} -f -a '${words.join(' ')}'`] : []),
			...options.map(({ long, description, takesValue, choices }) => {
				const value = choices.length > 0 ? ` -x -a '${choices.join(' ')}'` : takesValue ? ' -r' : '';
				return `${here} -l ${long.slice(2)}${value} -d ${single(description)}`;
			}),
		];
	});
	return `# fish completion for gup-lens: gup-lens completion fish | source\n${lines.join('\n')}\n`;
}

function zsh(commands: readonly Completed[]): string {
	const described = commands.map(({ name, description }) => `\t\t${single(`${name}:${description}`)}\n`);
	const cases = commands.map(({ name, options, words }) => {
		const specs = options.map(({ long, description, takesValue, choices }) => {
			const action = choices.length > 0 ? `(${choices.join(' ')})` : '_files';
			const value = takesValue ? `=:value:${action}` : '';
			return single(`*${long}${takesValue ? '=' : ''}[${description.replace(/[[\]:\\]/g, '\\$&')}]${value.slice(1)}`);
		});
		const rest = words.length > 0 ? `'*:name:(${words.join(' ')})'` : "'*:path:_files'";
		return `\t\t${name}) _arguments ${[...specs, rest].join(' ')} ;;\n`;
	});
	return `#compdef gup-lens
# zsh completion for gup-lens: gup-lens completion zsh > a folder of $fpath, as _gup-lens
_gup-lens() {
	local -a commands
	commands=(
${described.join('')}	)
	if (( CURRENT == 2 )); then _describe command commands; return; fi
	local command=$words[2]
	shift words
	(( CURRENT-- ))
	case $command in
${cases.join('')}	esac
}
if [[ $funcstack[1] == _gup-lens ]]; then _gup-lens "$@"; else compdef _gup-lens gup-lens; fi
`;
}

/** In single quotes, for all three shells. */
function single(text: string): string {
	return `'${text.replaceAll("'", '’')}'`;
}
