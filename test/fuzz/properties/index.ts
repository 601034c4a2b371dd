import { ANALYSIS } from './analysis.js';
import { CONVERSIONS } from './conversions.js';
import { EDITS } from './edits.js';
import { EXPLAIN } from './explain.js';
import { FIXES } from './fixes.js';
import { LAYOUT } from './layout.js';
import { OUTSIDE } from './outside.js';
import { PRINTED } from './printed.js';
import type { Property } from './property.js';
import { READING } from './reading.js';

export const PROPERTIES: readonly Property[] = [
	...[...READING, ...ANALYSIS, ...LAYOUT, ...FIXES, ...CONVERSIONS, ...EDITS, ...EXPLAIN, ...PRINTED, ...OUTSIDE],
];
