import { reasonOf } from '../workspace/collect.js';

/** Why a file that was listed a moment ago cannot be read. */
export function reasonMeanwhile(error: NodeJS.ErrnoException): string {
	return error.code === 'ENOENT' ? VANISHED : reasonOf(error);
}

export const VANISHED = 'vanished while the audit ran';
