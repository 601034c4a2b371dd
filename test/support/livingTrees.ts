/** Counts what the parser makes and what is freed, from when this module is imported. */
import { Parser, Tree, TreeCursor } from 'web-tree-sitter';

/** Objects in the memory of the parser that nobody has freed. */
let living = 0;

function count(result: unknown, by: 1 | -1): void {
	if (result !== null) living += by;
}

/** Counts what a method of the parser makes or frees. */
function watch<T extends object>(type: { prototype: T }, method: keyof T & string, by: 1 | -1): void {
	const real = type.prototype[method] as (...args: unknown[]) => unknown;
	type.prototype[method] = function (this: T, ...args: unknown[]) {
		const result = real.apply(this, args);
		count(result, by);
		return result;
	} as T[typeof method];
}

watch(Parser, 'parse', 1);
watch(Tree, 'copy', 1);
watch(Tree, 'walk', 1);
watch(Tree, 'delete', -1);
watch(TreeCursor, 'delete', -1);

/** Trees and cursors of the parser that were made and not freed. */
export function livingTrees(): number {
	return living;
}
