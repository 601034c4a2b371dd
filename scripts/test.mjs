/**
 * Everything that must hold: `npm test`. Starts with Node and git alone and gets what it needs;
 * what it cannot have is skipped by name. With CI set nothing may be skipped.
 * Arguments go to vitest: `npm test -- test/cli`.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { closingLine, countVitest } from './testing/count.mjs';
import { buildFresh, dependenciesFresh } from './testing/freshness.mjs';
import { installPackages, missingPackages } from './testing/system.mjs';

const root = dirname(import.meta.dirname);
const strict = Boolean(process.env.CI) && process.env.CI !== 'false';
/** What vitest is to run; everything without. */
const chosen = process.argv.slice(2);
const total = { passed: 0, failed: [], skipped: [], todo: 0 };

/** Runs a command to its end, its output on ours. */
function run(command, args) {
	const { status } = spawnSync(command, args, {
		cwd: root,
		stdio: ['ignore', 'inherit', 'inherit'],
		shell: process.platform === 'win32',
	});
	return status === 0;
}

const npm = (...args) => run('npm', args);
const bin = (name, ...args) => run('npx', ['--no-install', name, ...args]);

/** A step that counts as one test. `check` gives true, false, or the reason why it cannot be had. */
function step(name, check) {
	const started = performance.now();
	console.log(`\n== ${name}`);
	const result = check();
	const seconds = ((performance.now() - started) / 1000).toFixed(1);
	if (result === true) total.passed++;
	else if (result === false) total.failed.push(name);
	else total.skipped.push(`${name}: ${result}`);
	console.log(`== ${name}: ${result === true ? 'passed' : result === false ? 'FAILED' : 'skipped'} (${seconds} s)`);
	return result === true;
}

/** Runs the tests of a configuration and counts them. */
function vitest(name, config) {
	const file = join(root, 'node_modules', '.cache', `${name.replaceAll(' ', '-')}.json`);
	mkdirSync(dirname(file), { recursive: true });
	rmSync(file, { force: true });
	console.log(`\n== ${name}`);
	const clean = bin(
		'vitest',
		'run',
		`--config=${config}`,
		// Without arguments there are tests to find; those given may name a folder of the other configuration.
		...(chosen.length > 0 ? ['--passWithNoTests'] : []),
		'--reporter=default',
		'--reporter=json',
		`--outputFile.json=${file}`,
		...chosen,
	);
	let count;
	try {
		count = countVitest(JSON.parse(readFileSync(file, 'utf8')));
	} catch (error) {
		console.error(`no report of the tests: ${error.message}`);
		count = { passed: 0, failed: [`${name}: no report`], skipped: [], todo: 0 };
	}
	// Errors outside any test fail the run without a test that failed.
	if (!clean && count.failed.length === 0) count.failed.push(`${name}: an error outside any test`);
	total.passed += count.passed;
	total.failed.push(...count.failed);
	total.todo += count.todo;
	total.skipped.push(...count.skipped);
}

/** Scripts of package.json that install editors. */
function editorScripts() {
	const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
	return Object.keys(scripts).filter((name) => name.startsWith('editors:'));
}

function all() {
	if (!step('dependencies', () => dependenciesFresh(root) || npm('ci'))) return;
	const missing = missingPackages();
	step('system packages', () => missing.length === 0 || (installPackages(missing) ?? true));
	step('kernel trees', () => npm('run', '--silent', 'trees') || 'as root on Debian: npm run trees');
	for (const name of editorScripts()) step(name, () => npm('run', '--silent', name) || `npm run ${name}`);
	step('lint', () => bin('biome', 'ci', '.'));
	step('types', () => bin('tsc', '--noEmit', '-p', '.'));
	if (!step('build', () => buildFresh(root) || npm('run', '--silent', 'build'))) return;
	vitest('tests', 'vitest.config.mts');
	vitest('tests in real editors', 'test/editors/vitest.config.mts');
	vitest('conversions compiled', 'test/conversions/vitest.config.mts');
}

all();
if (total.failed.length > 0) console.log(`\nfailed:\n${total.failed.map((told) => `  ${told}`).join('\n')}`);
if (total.skipped.length > 0) console.log(`\nskipped:\n${total.skipped.map((name) => `  ${name}`).join('\n')}`);
if (total.todo > 0) console.log(`\n${total.todo} known gaps (todo)`);
const failed = total.failed.length > 0 || (strict && total.skipped.length > 0);
if (strict && total.skipped.length > 0) console.log('\nnothing may be skipped with CI set');
process.exitCode = failed ? 1 : 0;
console.log(`\n${closingLine(total)}`);
