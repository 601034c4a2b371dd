import { expect, it } from 'vitest';
import { newestOf } from '../../scripts/kernels/newest.js';

it('takes the newest source by number, not by text, and nothing that is no source of one version', () => {
	expect(newestOf(['linux-source-7.9', 'linux-source-7.10', 'linux-source', 'linux-source-6.12', ''])).toBe(
		'linux-source-7.10',
	);
	expect(newestOf(['linux-source-7.3', 'linux-source-7.20-rt', 'linux-source-7.x'])).toBe('linux-source-7.3');
	expect(newestOf(['linux-source', ''])).toBeUndefined();
});
