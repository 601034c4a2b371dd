import { defineConfig } from 'vitest/config';

/** All tests but those in real editors, which have a configuration of their own. */
export default defineConfig({
	test: {
		include: ['test/**/*.test.ts'],
		testTimeout: 60_000,
		hookTimeout: 60_000,
	},
});
