import { ANALYSIS } from './analysis.js';
import { CONVERSIONS } from './conversions.js';
import { EDITS } from './edits.js';
import { EXPLAIN } from './explain.js';
import { FIXES } from './fixes.js';
import { LAYOUT } from './layout.js';
import { OUTSIDE } from './outside.js';
import type { Property } from './property.js';

export const PROPERTIES: readonly Property[] = [
	...[...ANALYSIS, ...LAYOUT, ...FIXES, ...CONVERSIONS, ...EDITS, ...EXPLAIN, ...OUTSIDE],
];
