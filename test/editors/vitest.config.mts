import { defineConfig } from 'vitest/config';

/** Real editors, one after the other: each brings a server, a browser and an extension host of its own. */
export default defineConfig({
	test: {
		include: ['test/editors/*.editor.ts'],
		globalSetup: 'test/editors/pack.ts',
		fileParallelism: false,
		sequence: { concurrent: false },
		// an editor and a browser on a busy machine: once more before it counts
		retry: 1,
		testTimeout: 120_000,
		hookTimeout: 120_000,
	},
});
