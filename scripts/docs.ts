/** Writes the parts of the documentation that are generated from the rules. Run: `npm run generate`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ruleMetas } from '../server/src/rules/index.js';
import { ruleIndex } from './rule-index.js';

const root = join(import.meta.dirname, '..');
writeFileSync(join(root, 'docs', 'rules', 'README.md'), ruleIndex(ruleMetas));
