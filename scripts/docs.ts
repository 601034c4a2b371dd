/** Writes the parts of the documentation that are generated from the rules. Run: `npm run generate`. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ruleMetas } from '../server/src/rules/index.js';
import { ruleIndex, withRuleTable } from './rule-index.js';

const root = join(import.meta.dirname, '..');
writeFileSync(join(root, 'docs', 'rules', 'README.md'), ruleIndex(ruleMetas));
const readme = join(root, 'README.md');
if (existsSync(readme)) {
	writeFileSync(readme, withRuleTable(readFileSync(readme, 'utf8'), ruleMetas, 'docs/rules/'));
}
