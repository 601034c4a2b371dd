/** Nearly every file of a kernel has nothing to do with user pages: told before anything else is loaded. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { words } from '../../kernel/words.js';
import { CONFIGURATION } from '../../workspace/configuration/name.js';
import { Prefilter } from '../../workspace/prefilter.js';
import { readBytes, readSource } from '../../workspace/read.js';
import { type Arguments, FAIL_ON, readArguments } from './arguments.js';

/** Of the others the rules or the kernel have to tell. */
function isRight([name, value]: Arguments['own'][number]): boolean {
	return name === 'fail-on' && FAIL_ON.some((severity) => severity === value);
}

/** @returns true when the call is right and none of its files names the family */
export function hasNothing(argv: readonly string[]): boolean {
	const given = readArguments(argv);
	// what is asked for may be wrong, and that is told whatever the file has
	if (!given || given.files.length === 0 || !given.own.every(isRight)) return false;
	const prefilter = new Prefilter(words);
	return given.files.every(
		(path) =>
			readSource(path, prefilter).kind === 'irrelevant' &&
			functionsAbove(path).every((name) => readSource(path, new Prefilter([name])).kind === 'irrelevant'),
	);
}

/** Names that a configuration file above a file may give a meaning: which of them holds is found out when the file has one. */
function functionsAbove(path: string): readonly string[] {
	for (let at = dirname(resolve(path)); ; at = dirname(at)) {
		const found = namesIn(join(at, CONFIGURATION));
		if (found) return found;
		if (existsSync(join(at, '.git')) || at === dirname(at)) return [];
	}
}

/** @returns undefined where there is no such file */
function namesIn(file: string): readonly string[] | undefined {
	if (!existsSync(file)) return undefined;
	try {
		const { functions } = JSON.parse(readBytes(file)?.toString() ?? '');
		return Object.keys(functions ?? {}).flatMap((head) => /^\s*(\w+)/.exec(head)?.[1] ?? []);
	} catch {
		// told where a file is looked at
		return [];
	}
}
