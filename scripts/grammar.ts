/** Writes the grammar generated from the kernel facts into syntaxes/. Run: `npm run generate`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiRecords } from '../server/src/kernel/apis.js';
import { flagRecords } from '../server/src/kernel/flags.js';
import { root } from './editors/install.js';
import { injectionOf } from './injection.js';

const path = join(root, 'syntaxes', 'gup-lens.injection.tmLanguage.json');
writeFileSync(path, `${JSON.stringify(injectionOf(apiRecords, flagRecords), null, '\t')}\n`);
