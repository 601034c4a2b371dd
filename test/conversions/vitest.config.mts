import { defineConfig } from 'vitest/config';

/** Real kernels: conversions are compiled and read by other tools, and builds are checked. */
export default defineConfig({
	test: {
		include: ['test/conversions/*.conversion.ts'],
		fileParallelism: false,
		// what the conversions of a kernel are is worked out once
		isolate: false,
		testTimeout: 600_000,
		hookTimeout: 600_000,
	},
});
