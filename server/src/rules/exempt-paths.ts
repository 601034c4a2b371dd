/** Parts of the kernel that some rules leave alone. */
import type { FileContext } from '../analysis/context.js';

/** Code that implements the family, declares it, or runs in user space. */
export function isExemptPath(file: FileContext): boolean {
	return file.area === 'mm' || file.area === 'tools' || /(?:^|\/)include\/linux\//.test(file.path);
}
