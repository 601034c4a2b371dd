/** Writes the settings generated from the rules into package.json. Run: `npm run generate`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ruleMetas } from '../server/src/rules/index.js';
import { root } from './editors/install.js';
import { settingsOf } from './settings.js';

const path = join(root, 'package.json');
const manifest = JSON.parse(readFileSync(path, 'utf8'));
manifest.contributes.configuration.properties = settingsOf(ruleMetas);
writeFileSync(path, `${JSON.stringify(manifest, null, '\t')}\n`);
