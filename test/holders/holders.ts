/** Everything that keeps pages, in the order of the documentation. */
import { ARRAYS } from './arrays.js';
import { ELEMENTS } from './elements.js';
import type { Holder } from './holder.js';
import { VIEWS } from './views.js';

export const HOLDERS: readonly Holder[] = [...ARRAYS, ...VIEWS, ...ELEMENTS];
