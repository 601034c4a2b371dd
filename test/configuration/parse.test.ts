import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { globOf, isMatched } from '../../server/src/workspace/configuration/glob.js';
import { parseConfiguration } from '../../server/src/workspace/configuration/parse.js';

const schema = JSON.parse(
	readFileSync(join(import.meta.dirname, '..', '..', 'schemas', 'gup-lens.schema.json'), 'utf8'),
);
const validate = new Ajv({ strict: false }).compile(schema);

/** "line:column: severity: message" of all that is wrong. */
function wrong(text: string): string[] {
	return parseConfiguration(text).problems.map(
		({ line, column, severity, message }) => `${line}:${column}: ${severity}: ${message}`,
	);
}

describe('a configuration', () => {
	it('is read as it is meant', () => {
		const { problems, severities, kernel, standIns, exclude } = parseConfiguration(`{
	"$schema": "https://example.org/x.json",
	"severity": { "gup-leak": "error", "pin-put-page": "off" },
	"exclude": ["drivers/staging/"],
	"kernel": "6.6",
	"functions": { "X_PIN": "pin_user_pages", "x_free( p )": "kvfree(p)" }
}`);
		expect(problems).toEqual([]);
		expect(severities).toEqual({ 'gup-leak': 'error', 'pin-put-page': 'off' });
		expect(kernel).toBe('6.6');
		expect(standIns).toEqual([
			['X_PIN', 'pin_user_pages'],
			['x_free( p )', 'kvfree(p)'],
		]);
		expect(exclude).toHaveLength(1);
		expect(parseConfiguration('{}').problems).toEqual([]);
	});

	it.each([
		['{\n\t"severty": {}\n}', '2:2: warning: no key "severty"; did you mean "severity"?'],
		['{ "severity": { "gup-leek": "off" } }', '1:17: warning: no rule "gup-leek"; did you mean "gup-leak"?'],
		[
			'{ "severity": { "gup-leak": "loud" } }',
			'1:29: error: severity of gup-leak: give "error", "warning", "information", "hint" or "off"',
		],
		['{ "severity": [] }', '1:15: error: "severity" is an object: { ... }'],
		['[]', '1:1: error: the file is an object: { ... }'],
		['{ "exclude": "x" }', '1:14: error: "exclude" is a list of globs, such as ["drivers/staging/"]'],
		['{ "exclude": ["{a"] }', '1:15: error: no glob: *, ?, [a-z], {a,b} and ** are understood'],
		['{ "kernel": 6 }', '1:13: error: "kernel" is a version such as "6.12"'],
		['{ "kernel": "/usr/src/linux" }', '1:13: error: "kernel" is a version such as "6.12"'],
		[
			'{ "functions": { "X_PIN": "pin_usr_pages" } }',
			/^1:27: error: no function pin_usr_pages that .*did you mean "pin_user_pages"/,
		],
		[
			'{ "functions": { "put_page": "kfree" } }',
			'1:18: error: put_page is a function of the kernel: it stands for itself',
		],
		['{ "functions": { "x(a)": "kfree" } }', '1:26: error: "x(a)": give parameters to both or to none'],
		['{ "functions": { "x(a)": "kfree((a)" } }', '1:26: error: the brackets do not match'],
		[
			'{ "functions": { "x": "kfree(a); system(1)" } }',
			'1:23: error: "x": give the function it stands for, or a call of it',
		],
		['{ "kernel": "6.6", "kernel": "6.1" }', '1:20: error: "kernel" is there twice: the first one holds'],
		['{ "kernel": "6.6" ', '1:19: error: not JSON: "}" is missing'],
		['{ "kernel": "6.6", }', '1:20: error: not JSON: a key in quotes must come here'],
		['// x\n{}', '1:1: error: not JSON: no comments'],
		['{} {}', '1:4: error: not JSON: something follows the end'],
		['', '1:1: error: not JSON: a value must come here'],
	])('%j says what is wrong and where', (text, expected) => {
		const [first] = wrong(text);
		if (expected instanceof RegExp) expect(first).toMatch(expected);
		else expect(first).toBe(expected);
	});

	it('is right on its page', () => {
		const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'configuration.md'), 'utf8');
		const [, example = ''] = /^```json configuration\n([\s\S]*?)^```/m.exec(page) ?? [];
		expect(wrong(example)).toEqual([]);
		expect(parseConfiguration(example)).toMatchObject({ kernel: '6.12', standIns: { length: 4 } });
		expect(validate(JSON.parse(example))).toBe(true);
	});

	it('takes whatever is hostile for what it is, in no time', () => {
		const started = performance.now();
		expect(wrong('['.repeat(900_000))).toEqual(['1:21: error: more than 20 brackets within each other']);
		expect(wrong('{"a":'.repeat(200_000))).toEqual(['1:101: error: more than 20 brackets within each other']);
		expect(wrong(`{ "x": "${'y'.repeat(1_000_000)}" }`)).toEqual(['1:1: error: the file is larger than 1 MB']);
		expect(wrong('{ "kernel": "6.6\0" }')).toEqual(['1:17: error: the file is binary: a NUL character']);
		const many = Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`x${i}`, 'kfree']));
		expect(wrong(JSON.stringify({ functions: many }))).toMatchObject([
			expect.stringMatching(/error: more than 1000 entries/),
		]);
		expect(wrong(JSON.stringify(many)).length).toBeLessThanOrEqual(20);
		expect(performance.now() - started).toBeLessThan(3_000);
	});

	it('has no way to the prototypes of objects', () => {
		const { severities, problems } = parseConfiguration(
			'{ "__proto__": { "kernel": "6.1" }, "constructor": 1, "severity": { "__proto__": "off", "toString": "off" } }',
		);
		expect(Object.getPrototypeOf(severities)).toBe(Object.prototype);
		expect(Object.keys(severities)).toEqual([]);
		expect(problems).toHaveLength(4);
		expect(({} as Record<string, unknown>).kernel).toBeUndefined();
	});

	it('is judged by its schema as by its reader', () => {
		for (const right of [
			'{}',
			'{ "$schema": "x", "severity": { "gup-leak": "hint" }, "exclude": ["a/**"], "kernel": "6.12.3" }',
			'{ "functions": { "X_PIN": "pin_user_pages", "x_pin(a, b)": "get_user_pages_fast(a, 1, 0, b)" } }',
		]) {
			expect(wrong(right)).toEqual([]);
			expect(validate(JSON.parse(right)), right).toBe(true);
		}
		for (const bad of [
			'{ "severty": {} }',
			'{ "severity": { "gup-leek": "off" } }',
			'{ "severity": { "gup-leak": "loud" } }',
			'{ "exclude": "x" }',
			'{ "exclude": [""] }',
			'{ "kernel": "/usr" }',
			'{ "functions": { "x(a": "kfree" } }',
			'{ "functions": { "x": 1 } }',
			'[]',
		]) {
			expect(wrong(bad), bad).not.toEqual([]);
			expect(validate(JSON.parse(bad)), bad).toBe(false);
		}
	});
});

describe('a glob', () => {
	const matches = (glob: string, path: string): boolean => {
		const pattern = globOf(glob);
		if (!pattern) throw new Error(`no glob: ${glob}`);
		return isMatched([pattern], path);
	};

	it.each([
		['x.c', 'a/b/x.c', true],
		['x.c', 'a/b/xx.c', false],
		['staging', 'drivers/staging/a/b.c', true],
		['staging/', 'drivers/staging/a/b.c', true],
		['/staging', 'drivers/staging/b.c', false],
		['drivers/staging', 'drivers/staging/b.c', true],
		['drivers/staging', 'x/drivers/staging/b.c', false],
		['*.mod.c', 'a/foo.mod.c', true],
		['a/*.c', 'a/x.c', true],
		['a/*.c', 'a/b/x.c', false],
		['a/**/x.c', 'a/x.c', true],
		['a/**/x.c', 'a/b/c/x.c', true],
		['a/**', 'a/b/c/x.c', true],
		['**/test', 'a/b/test/x.c', true],
		['x?.[ch]', 'a/xy.h', true],
		['x[!0-9].c', 'x1.c', false],
		['{foo,b*r}.c', 'bar.c', true],
		['{foo,bar}.c', 'foobar.c', false],
		['a b#c.c', 'a b#c.c', true],
		['a+b(c).c', 'a+b(c).c', true],
	])('%s and %s: %s', (glob, path, expected) => {
		expect(matches(glob, path)).toBe(expected);
	});

	it('takes no time that explodes', () => {
		const started = performance.now();
		const path = 'a'.repeat(4_000);
		for (const glob of [`${'*a'.repeat(90)}b`, `${'**/'.repeat(60)}b`, `${'{a,aa}'.repeat(30)}b`, '?'.repeat(200)])
			expect(matches(glob, path)).toBe(false);
		expect(performance.now() - started).toBeLessThan(2_000);
	});
});
