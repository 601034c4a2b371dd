import { digest } from './cache.js';
import { folderOf } from './scope.js';

/** One of several machines that share an audit. */
export interface Shard {
	/** From 1. */
	readonly index: number;
	readonly of: number;
}

const SHARD = /^([1-9]\d{0,4})\/([1-9]\d{0,4})$/;

/** Reads "2/8"; undefined for what is none. */
export function parseShard(text: string): Shard | undefined {
	const [, index, of] = SHARD.exec(text) ?? [];
	const shard = { index: Number(index), of: Number(of) };
	return index !== undefined && shard.index <= shard.of ? shard : undefined;
}

/** Folders stay together, and a path is always in the same shard. */
export function isInShard(path: string, shard: Shard | undefined): boolean {
	if (!shard) return true;
	return Number.parseInt(digest(folderOf(path)).slice(0, 12), 16) % shard.of === shard.index - 1;
}
