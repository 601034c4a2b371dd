/** Writes the parts of the documentation that are generated from the rules and the facts. Run: `npm run generate`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ruleMetas } from '../server/src/rules/index.js';
import { withFacts } from './review-guide.js';
import { ruleIndex } from './rule-index.js';

const root = join(import.meta.dirname, '..');
writeFileSync(join(root, 'docs', 'rules', 'README.md'), ruleIndex(ruleMetas));
const guide = join(root, 'docs', 'review-guide.md');
writeFileSync(guide, withFacts(readFileSync(guide, 'utf8')));
