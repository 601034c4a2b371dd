/** Writes the grammar generated from the kernel facts into syntaxes/. Run: `npm run generate`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { API_RECORDS } from '../server/src/kernel/apis/index.js';
import { FLAG_RECORDS } from '../server/src/kernel/flags.js';
import { root } from './editors/install.js';
import { injectionOf } from './injection.js';

const path = join(root, 'syntaxes', 'gup-lens.injection.tmLanguage.json');
writeFileSync(path, `${JSON.stringify(injectionOf(API_RECORDS, FLAG_RECORDS), null, '\t')}\n`);
