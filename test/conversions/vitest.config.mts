import { defineConfig } from 'vitest/config';

/** Conversions on real kernels: what is written is compiled and read by other tools. */
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
