/** The text of a configuration file -> what it says, and what is wrong with it. Nothing of it is trusted. */
import { createScanner, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { API_NAMES } from '../../kernel/apis/index.js';
import { beyondTable, parseVersion } from '../../kernel/releases.js';
import { ruleMetas } from '../../rules/index.js';
import { SEVERITIES, type Severity } from '../../rules/rule.js';
import { isKnownFunction } from '../../syntax/preprocess/preprocess.js';
import type { StandIn, StandIns } from '../../syntax/preprocess/stand-ins.js';
import { Lines } from '../lines.js';
import type { Pattern } from '../maintainers/pattern.js';
import { suggestion } from '../suggest.js';
import { globOf, LONGEST_GLOB } from './glob.js';

/** UTF-16 units of a file. */
export const LONGEST = 1_000_000;
/** Brackets within brackets; three are of use. */
const DEEPEST = 20;
/** Entries of a list or an object. */
const MOST_ENTRIES = 1_000;
/** UTF-16 units of what a function stands for. */
const LONGEST_BODY = 400;
/** Problems that are told of one file. */
const MOST_PROBLEMS = 20;

/** What is wrong at a place of the file. */
export interface Problem {
	/** error: what is there is not used; warning: it has no effect. */
	readonly severity: 'error' | 'warning';
	readonly message: string;
	/** UTF-16 offsets. */
	readonly start: number;
	readonly end: number;
	/** From 1. */
	readonly line: number;
	readonly column: number;
}

/** What a configuration file says; what it does not say is empty. */
export interface Settled {
	readonly severities: Readonly<Record<string, Severity | 'off'>>;
	readonly exclude: readonly Pattern[];
	/** Version, for files outside a kernel tree. */
	readonly kernel: string | undefined;
	readonly standIns: StandIns;
}

export interface Parsed extends Settled {
	readonly problems: readonly Problem[];
}

export const NOTHING_SAID: Settled = { severities: {}, exclude: [], kernel: undefined, standIns: [] };

export function parseConfiguration(text: string): Parsed {
	return new Reader(text).run();
}

/** Keys, each with what reads its value. */
const KEYS = ['$schema', 'severity', 'exclude', 'kernel', 'functions'] as const;

class Reader {
	private readonly problems: Problem[] = [];
	private readonly text: string;
	private readonly lines: Lines;
	private severities: Readonly<Record<string, Severity | 'off'>> = {};
	private exclude: readonly Pattern[] = [];
	private kernel: string | undefined;
	private standIns: StandIns = [];

	constructor(text: string) {
		this.text = text.replace(/^\ufeff/, ' ');
		this.lines = new Lines(this.text);
	}

	run(): Parsed {
		const root = this.tree();
		if (root) {
			for (const { key, name, value } of this.entries(root, 'the file')) this.take(name, key, value);
		}
		const { severities, exclude, kernel, standIns, problems } = this;
		return { severities, exclude, kernel, standIns, problems: problems.slice(0, MOST_PROBLEMS) };
	}

	private tree(): Node | undefined {
		const { text } = this;
		if (text.length > LONGEST)
			return this.told({ offset: 0, length: 0 }, `the file is larger than ${LONGEST / 1e6} MB`);
		const nul = text.indexOf('\0');
		if (nul >= 0) return this.told({ offset: nul, length: 1 }, 'the file is binary: a NUL character');
		const deep = tooDeep(text);
		if (deep !== undefined)
			return this.told({ offset: deep, length: 1 }, `more than ${DEEPEST} brackets within each other`);
		const errors: ParseError[] = [];
		const root = parseTree(text, errors, { disallowComments: true });
		const [first] = errors;
		if (first) return this.told(first, syntaxWords(printParseErrorCode(first.error)));
		return root;
	}

	private take(name: string, key: Node, value: Node): void {
		switch (name as (typeof KEYS)[number]) {
			case '$schema':
				return;
			case 'severity':
				this.severities = this.readSeverities(value);
				return;
			case 'exclude':
				this.exclude = this.readGlobs(value);
				return;
			case 'kernel':
				this.kernel = this.readKernel(value);
				return;
			case 'functions':
				this.standIns = this.readFunctions(value);
				return;
			default:
				this.told(key, `no key "${name}"${suggestion(name, KEYS)}`, 'warning');
		}
	}

	private readSeverities(node: Node): Readonly<Record<string, Severity | 'off'>> {
		const ids = ruleMetas.map(({ id }) => id);
		const found: [string, Severity | 'off'][] = [];
		for (const { key, name, value } of this.entries(node, '"severity"')) {
			const severity = value.value as Severity | 'off';
			if (!ids.includes(name)) this.told(key, `no rule "${name}"${suggestion(name, ids)}`, 'warning');
			else if (severity !== 'off' && !SEVERITIES.includes(severity))
				this.told(value, `severity of ${name}: give "error", "warning", "information", "hint" or "off"`);
			else found.push([name, severity]);
		}
		return Object.fromEntries(found);
	}

	private readGlobs(node: Node): readonly Pattern[] {
		if (node.type !== 'array')
			return this.told(node, '"exclude" is a list of globs, such as ["drivers/staging/"]') ?? [];
		return this.bounded(node).flatMap((one) => {
			const glob = typeof one.value === 'string' ? globOf(one.value) : undefined;
			if (glob) return glob;
			const why = typeof one.value === 'string' && one.value.length > LONGEST_GLOB ? `longer than ${LONGEST_GLOB}` : '';
			return (
				this.told(one, why ? `the glob is ${why} characters` : 'no glob: *, ?, [a-z], {a,b} and ** are understood') ??
				[]
			);
		});
	}

	private readKernel(node: Node): string | undefined {
		const parsed = typeof node.value === 'string' ? parseVersion(node.value) : undefined;
		if (!parsed) return this.told(node, '"kernel" is a version such as "6.12"');
		const beyond = beyondTable(parsed.release);
		if (beyond)
			this.told(node, `kernel ${node.value}, ${beyond}; findings that depend on it are information`, 'warning');
		return node.value as string;
	}

	private readFunctions(node: Node): StandIns {
		return this.entries(node, '"functions"').flatMap(({ key, name, value }): StandIn[] => {
			const head = HEAD.exec(name);
			const body =
				typeof value.value === 'string' && value.value.length <= LONGEST_BODY ? BODY.exec(value.value) : null;
			if (!head?.[1] || KEYWORDS.has(head[1]))
				return (
					this.told(key, `"${name}": give the name of a function or macro, or with parameters: "x_pin(dev, n)"`) ?? []
				);
			if (isKnownFunction(head[1]))
				return this.told(key, `${head[1]} is a function of the kernel: it stands for itself`) ?? [];
			if (!body?.[1]) return this.told(value, `"${name}": give the function it stands for, or a call of it`) ?? [];
			if (!isKnownFunction(body[1])) {
				const names = suggestion(body[1], [...API_NAMES]);
				return this.told(value, `no function ${body[1]} that acquires or releases pages or memory${names}`) ?? [];
			}
			if ((head[2] === undefined) !== (body[2] === undefined))
				return this.told(value, `"${name}": give parameters to both or to none`) ?? [];
			if (body[2] !== undefined && !isBalanced(body[2])) return this.told(value, 'the brackets do not match') ?? [];
			return [[name.trim(), (value.value as string).trim()]];
		});
	}

	/** Members of an object, each name once. */
	private entries(node: Node, what: string): { readonly key: Node; readonly name: string; readonly value: Node }[] {
		if (node.type !== 'object') return this.told(node, `${what} is an object: { ... }`) ?? [];
		const seen = new Set<string>();
		return this.bounded(node).flatMap(({ children: [key, value] = [] }) => {
			if (!key || !value) return [];
			const name = key.value as string;
			if (seen.has(name)) return this.told(key, `"${name}" is there twice: the first one holds`) ?? [];
			seen.add(name);
			return [{ key, name, value }];
		});
	}

	private bounded({ children = [] }: Node): readonly Node[] {
		const beyond = children[MOST_ENTRIES];
		if (beyond) this.told(beyond, `more than ${MOST_ENTRIES} entries: those from here on are not used`);
		return children.slice(0, MOST_ENTRIES);
	}

	/** @returns nothing, for whoever has nothing to give then */
	private told(
		{ offset, length }: { readonly offset: number; readonly length: number },
		message: string,
		severity: Problem['severity'] = 'error',
	): undefined {
		const { line, column } = this.lines.position(offset);
		this.problems.push({ severity, message, start: offset, end: offset + length, line, column });
		return undefined;
	}
}

const HEAD = /^\s*([A-Za-z_]\w*)(?:\(\s*((?:[A-Za-z_]\w*(?:\s*,\s*[A-Za-z_]\w*)*)?)\s*\))?\s*$/;
/** One line of C that is a name or a call; nothing that a preprocessor acts on. */
const BODY = /^\s*([A-Za-z_]\w*)(?:\(([^#\\\n\r"'{};]*)\))?\s*$/;

const KEYWORDS = new Set(
	'auto break case char const continue default do double else enum extern float for goto if inline int long register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while defined'.split(
		' ',
	),
);

function isBalanced(text: string): boolean {
	let depth = 0;
	for (const char of text) {
		if (char === '(') depth++;
		else if (char === ')' && --depth < 0) return false;
	}
	return depth === 0;
}

/** Offset of the first bracket that is nested too deep: the parser calls itself for each. */
function tooDeep(text: string): number | undefined {
	const scanner = createScanner(text, true);
	let depth = 0;
	for (let token = scanner.scan(); token !== END; token = scanner.scan()) {
		if (token === OPEN_BRACE || token === OPEN_BRACKET) depth++;
		else if (token === CLOSE_BRACE || token === CLOSE_BRACKET) depth--;
		if (depth > DEEPEST) return scanner.getTokenOffset();
	}
	return undefined;
}

/** Kinds of tokens of the scanner (SyntaxKind, a const enum that only its own compiler can read). */
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET, END] = [1, 2, 3, 4, 17];

/** By the names of the parser. */
const SYNTAX: Readonly<Record<string, string>> = {
	InvalidSymbol: 'a value must be a string in quotes, a list or an object',
	InvalidCommentToken: 'no comments',
	PropertyNameExpected: 'a key in quotes must come here',
	ValueExpected: 'a value must come here',
	ColonExpected: '":" must come here',
	CommaExpected: '"," must come here',
	CloseBraceExpected: '"}" is missing',
	CloseBracketExpected: '"]" is missing',
	EndOfFileExpected: 'something follows the end',
	UnexpectedEndOfString: 'the quote that ends the string is missing',
	InvalidEscapeCharacter: 'no such escape in a string',
	InvalidUnicode: 'four hexadecimal digits must follow \\u',
	InvalidCharacter: 'a character that must be escaped in a string',
};

function syntaxWords(code: string): string {
	return `not JSON: ${SYNTAX[code] ?? code}`;
}
