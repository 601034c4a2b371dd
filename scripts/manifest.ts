/** Writes the settings generated from the rules, and the addresses, into package.json. Run: `npm run generate`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ruleMetas } from '../server/src/rules/index.js';
import { addresses } from './address.js';
import { root } from './editors/install.js';
import { settingsOf } from './settings.js';

const path = join(root, 'package.json');
const manifest = JSON.parse(readFileSync(path, 'utf8'));
Object.assign(manifest, addresses);
manifest.contributes.configuration.properties = settingsOf(ruleMetas);
writeFileSync(path, `${JSON.stringify(manifest, null, '\t')}\n`);
