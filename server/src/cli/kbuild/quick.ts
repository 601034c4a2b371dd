/** Nearly every file of a kernel has nothing to do with user pages: told before anything else is loaded. */
import { words } from '../../kernel/words.js';
import { Prefilter } from '../../workspace/prefilter.js';
import { readSource } from '../../workspace/read.js';
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
	return given.files.every((path) => readSource(path, prefilter).kind === 'irrelevant');
}
