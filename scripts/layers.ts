/** The layers of the server, and the rules for the linter that follow from them. */

/** Bottom first: each may import those before it and none behind it. */
export const LAYERS: readonly (readonly string[])[] = [
	['kernel'],
	['syntax'],
	['analysis'],
	['verdict'],
	['rules', 'explain'],
	['conversion'],
	['engine-types.ts'],
	['engine.ts', 'preprocessed.ts', 'conversion-verifier.ts', 'whole-file.ts', 'fixall.ts'],
	['programs'],
	['workspace'],
	['audit'],
	['lsp', 'cli'],
];

/** All files of analysis/ itself that no other layer names. */
const ALL = '*.ts';

/** Files and folders of server/src/analysis that make up a layer. */
interface InnerLayer {
	readonly name: string;
	readonly files: readonly string[];
}

/** The layers inside analysis/, bottom first; those of one level know nothing of each other. */
export const ANALYSIS_LAYERS: readonly InnerLayer[] = [
	{
		name: 'framework',
		files: [
			...[
				'walk.ts',
				'worklist.ts',
				'dataflow.ts',
				'reaching-definitions.ts',
				'call-blocks.ts',
				'block-ends.ts',
				'circles.ts',
			],
			...[
				'variables.ts',
				'single-definition.ts',
				'integers.ts',
				'page-places.ts',
				'flag-value.ts',
				'format-arguments.ts',
			],
			...['refine-test.ts', 'path-conditions.ts', 'path-tests.ts', 'environment.ts', 'code-words.ts'],
		],
	},
	{ name: 'context', files: ['flags.ts', 'context.ts'] },
	{ name: 'domains and queries', files: [ALL] },
	{ name: 'ownership, derived values, discriminants', files: ['ownership/**', 'derived-values/**', 'discriminant/**'] },
	{
		name: 'built on them',
		files: [
			'abandoned-arrays.ts',
			'adopted.ts',
			'fallback-elements.ts',
			'merged-page-runs.ts',
			'dropped-folio-pages.ts',
		],
	},
	{ name: 'session', files: ['session.ts'] },
];

const INNER_ORDER = `Inside analysis/: ${ANALYSIS_LAYERS.map(({ name }) => name)
	.toReversed()
	.join(' -> ')}.`;

/** The layer that touches nothing: it and all below know no file system, protocol or VS Code. */
const PURE = 'engine.ts';

const ORDER =
	'Imports go one way: lsp, cli -> audit -> workspace -> programs -> engine -> conversion -> explain, rules -> verdict -> analysis -> syntax -> kernel.';
const TOUCHES_NOTHING = 'engine.ts and below never touch the file system, the protocol or VS Code.';
const NO_EDITOR = 'The server knows no VS Code.';

/** The layer that starts programs. */
const STARTS = 'programs';
const PROGRAMS = {
	group: ['node:child_process', 'child_process'],
	message: 'server/src/programs/ alone starts programs.',
};

/** Only these may import what stands beside them: what makes up the engine, and what it says. */
const TOGETHER: ReadonlySet<string> = new Set([
	'rules',
	'explain',
	'engine.ts',
	'preprocessed.ts',
	'conversion-verifier.ts',
	'whole-file.ts',
	'fixall.ts',
]);

function isFile(layer: string): boolean {
	return layer.endsWith('.ts');
}

/** Pattern for what a layer may not import. */
function imported(layer: string): string {
	return isFile(layer) ? `**/${layer.replace('.ts', '.js')}` : `**/${layer}/**`;
}

interface Pattern {
	readonly group: readonly string[];
	readonly message: string;
}

function restricted(includes: readonly string[], patterns: readonly Pattern[]) {
	return {
		includes,
		linter: { rules: { style: { noRestrictedImports: { level: 'error', options: { patterns } } } } },
	};
}

/** What files of a layer may not import. */
function patternsOf(layer: string, level: number): Pattern[] {
	const beside = (LAYERS[level] ?? []).filter((other) => other !== layer && !TOGETHER.has(layer));
	const above = LAYERS.slice(level + 1).flat();
	const pure = level <= LAYERS.findIndex((layers) => layers.includes(PURE));
	return [
		{ group: [...beside, ...above].map(imported), message: ORDER },
		{ group: ['**/client/src/**', 'vscode'], message: NO_EDITOR },
		...(pure || layer === STARTS ? [] : [PROGRAMS]),
		...(pure ? [{ group: ['node:*', 'node:*/**', 'vscode-*', 'vscode-*/**'], message: TOUCHES_NOTHING }] : []),
	].filter(({ group }) => group.length > 0);
}

function override(layer: string, level: number) {
	return restricted([`server/src/${layer}${isFile(layer) ? '' : '/**'}`], patternsOf(layer, level));
}

/** For the files of a layer inside analysis/: what no file there may import, and what stands above it. */
function innerOverrides() {
	const outer = patternsOf(
		'analysis',
		LAYERS.findIndex((layers) => layers.includes('analysis')),
	);
	const overrides = ANALYSIS_LAYERS.map(({ files }, level) => {
		const above = ANALYSIS_LAYERS.slice(level + 1).flatMap((layer) => layer.files);
		// of all the files of a layer above, those that stand below or beside stay allowed
		const below = above.includes(ALL) ? ANALYSIS_LAYERS.slice(0, level + 1).flatMap((layer) => layer.files) : [];
		const patterns = (from: string, beside: readonly string[]): Pattern[] => {
			const imported = (file: string): string => `${from}${file.replace(/\.ts$/, '.js')}`;
			const group = [...[...above, ...beside].map(imported), ...below.map((file) => `!${imported(file)}`)];
			return group.length > 0 ? [...outer, { group, message: INNER_ORDER }] : outer;
		};
		const paths = (some: readonly string[]): string[] => some.map((file) => `server/src/analysis/${file}`);
		const folders = files.filter((file) => file.endsWith('/**'));
		if (folders.length === 0) return [restricted(paths(files), patterns('./', []))];
		return folders.map((folder) => {
			const beside = folders.filter((other) => other !== folder);
			return restricted(paths([folder]), patterns('../', beside));
		});
	});
	// of two overrides for a file the later one holds
	const rest = ANALYSIS_LAYERS.findIndex(({ files }) => files.includes(ALL));
	return [...(overrides[rest] ?? []), ...overrides.filter((_, level) => level !== rest).flat()];
}

/** biome.layers.json, which biome.json extends. */
export function layersConfiguration(): string {
	const overrides = LAYERS.flatMap((layers, level) => layers.map((layer) => override(layer, level)));
	const client = restricted(['client/src/**'], [PROGRAMS]);
	return `${JSON.stringify({ overrides: [...overrides, ...innerOverrides(), client] }, null, '\t')}\n`;
}
