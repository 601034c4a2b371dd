/** The layers of the server, and the rules for the linter that follow from them. */

/** Bottom first: each may import those before it and none behind it. */
export const LAYERS: readonly (readonly string[])[] = [
	['kernel'],
	['syntax'],
	['analysis'],
	['verdict'],
	['rules', 'explain'],
	['conversion'],
	['engine.ts', 'preprocessed.ts', 'proof.ts', 'whole-file.ts', 'fixall.ts'],
	['programs'],
	['workspace'],
	['audit'],
	['lsp', 'cli'],
];

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
	'proof.ts',
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

function override(layer: string, level: number) {
	const beside = (LAYERS[level] ?? []).filter((other) => other !== layer && !TOGETHER.has(layer));
	const above = LAYERS.slice(level + 1).flat();
	const pure = level <= LAYERS.findIndex((layers) => layers.includes(PURE));
	const patterns = [
		{ group: [...beside, ...above].map(imported), message: ORDER },
		{ group: ['**/client/src/**', 'vscode'], message: NO_EDITOR },
		...(pure || layer === STARTS ? [] : [PROGRAMS]),
		...(pure ? [{ group: ['node:*', 'node:*/**', 'vscode-*', 'vscode-*/**'], message: TOUCHES_NOTHING }] : []),
	].filter(({ group }) => group.length > 0);
	return {
		includes: [`server/src/${layer}${isFile(layer) ? '' : '/**'}`],
		linter: { rules: { style: { noRestrictedImports: { level: 'error', options: { patterns } } } } },
	};
}

/** biome.layers.json, which biome.json extends. */
export function layersConfiguration(): string {
	const overrides = LAYERS.flatMap((layers, level) => layers.map((layer) => override(layer, level)));
	const client = {
		includes: ['client/src/**'],
		linter: { rules: { style: { noRestrictedImports: { level: 'error', options: { patterns: [PROGRAMS] } } } } },
	};
	return `${JSON.stringify({ overrides: [...overrides, client] }, null, '\t')}\n`;
}
