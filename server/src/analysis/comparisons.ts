/** Comparison operators and what becomes of them. */
export { FLIPPED, NEGATED } from '../syntax/canonical.js';
