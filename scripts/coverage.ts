/** Writes docs/coverage.md. Run: `npm run generate`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Figures } from '../test/mutants/figures.js';
import { coveragePage } from './coverage-page.js';

const root = join(import.meta.dirname, '..');
const figures: Figures = JSON.parse(readFileSync(join(root, 'test', 'mutants', 'figures.json'), 'utf8'));
writeFileSync(join(root, 'docs', 'coverage.md'), coveragePage(figures));
