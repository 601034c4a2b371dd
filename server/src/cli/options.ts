import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { parseShard, type Shard } from '../audit/shard.js';
import { compareReleases, OLDEST, parseVersion } from '../kernel/releases.js';
import { type RuleMeta, SEVERITIES, type Severity } from '../rules/rule.js';
import { slashed } from '../workspace/collect.js';
import { localHeaders } from '../workspace/outsideKernel.js';
import { suggestion } from '../workspace/suggest.js';
import { UsageError } from './io.js';

/** Value of --kernel: a version as given, or a folder of headers as an absolute path. */
export function kernelVersion(value: string): string {
	const parsed = parseVersion(value);
	if (!parsed) return headersOf(value);
	if (compareReleases(parsed.release, OLDEST) < 0) {
		throw new InvalidArgumentError(`The oldest kernel of the table is ${OLDEST}.`);
	}
	return value;
}

/** @returns absolute path of a folder with kernel headers */
function headersOf(value: string): string {
	const folder = slashed(resolve(value));
	if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
		throw new InvalidArgumentError(
			'Give a kernel version like 6.12 or 6.1.192, or a folder with the headers of a kernel.',
		);
	const { kernel, problem } = localHeaders(folder);
	if (!kernel) throw new InvalidArgumentError(`That folder ${problem}.`);
	return folder;
}

/** Value of --shard. */
export function shard(value: string): Shard {
	const parsed = parseShard(value);
	if (!parsed) throw new InvalidArgumentError('Give a part and how many there are, like 1/4.');
	return parsed;
}

/** Value of --rev. */
export function revision(value: string): string {
	// no name of git has any of these
	if (value === '' || value.startsWith('-') || /\p{Cc}/u.test(value))
		throw new InvalidArgumentError('Give a revision of git, like v6.12 or HEAD~3.');
	return value;
}

/** Value of --tags. */
export function tagPattern(value: string): string {
	if (value === '' || /\p{Cc}/u.test(value)) throw new InvalidArgumentError("Give a pattern of tags, like 'v6.*'.");
	return value;
}

/** Value of --jobs. */
export function threads(value: string): number {
	if (!/^[1-9]\d{0,2}$/.test(value)) throw new InvalidArgumentError('Give a number from 1 to 999.');
	return Number(value);
}

/** @returns the value; throws for one that is not among the choices */
export function oneOf<T extends string>(option: string, value: string, choices: readonly T[]): T {
	const found = choices.find((choice) => choice === value);
	if (found !== undefined) return found;
	throw new UsageError(`${option} ${value}: give ${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`);
}

/** Collects a repeatable option. */
export function repeated(value: string, before: readonly string[] = []): readonly string[] {
	return [...before, value];
}

/** Values of --severity id=severity. */
export function ruleSeverities(
	given: readonly string[],
	rules: readonly RuleMeta[],
): Readonly<Record<string, Severity | 'off'>> {
	return Object.fromEntries(
		given.map((value) => {
			const equals = value.indexOf('=');
			const [id, severity] = equals < 0 ? [value, ''] : [value.slice(0, equals), value.slice(equals + 1)];
			knownRule(id, rules);
			if (severity !== 'off' && !SEVERITIES.includes(severity as Severity)) {
				throw new UsageError(`--severity ${id}: give ${id}=SEVERITY with error, warning, information, hint or off`);
			}
			return [id, severity as Severity | 'off'];
		}),
	);
}

/**
 * Severities with which the chosen rules alone are looked at.
 * @param chosen values of --rule; none: all rules
 */
export function selected(
	chosen: readonly string[],
	severities: Readonly<Record<string, Severity | 'off'>>,
	rules: readonly RuleMeta[],
): Readonly<Record<string, Severity | 'off'>> {
	if (chosen.length === 0) return severities;
	const wanted = new Set(chosen.map((id) => chosenRule(id, rules)));
	const others = rules.filter(({ id }) => !wanted.has(id)).map(({ id }) => [id, 'off'] as const);
	return { ...severities, ...Object.fromEntries(others) };
}

/** A value of --rule. */
export function chosenRule(id: string, rules: readonly RuleMeta[]): string {
	if (id.includes('=')) throw new UsageError(`--rule selects rules; severities are given with --severity ${id}`);
	return knownRule(id, rules);
}

/** @returns the id; throws for one that is no rule */
function knownRule(id: string, rules: readonly RuleMeta[]): string {
	const ids = rules.map((rule) => rule.id);
	if (ids.includes(id)) return id;
	throw new UsageError(`no rule "${id}"${suggestion(id, ids)}; "gup-lens rules" lists them`);
}
