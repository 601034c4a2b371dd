/**
 * Writes what is generated from the rules, and the addresses: settings and metadata of package.json, the schema of .gup-lens.json.
 * Run: `npm run generate`.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ruleMetas } from '../server/src/rules/index.js';
import { addresses } from './address.js';
import { configurationSchema } from './configuration-schema.js';
import { root } from './editors/install.js';
import { settingsOf } from './settings.js';

const path = join(root, 'package.json');
const manifest = JSON.parse(readFileSync(path, 'utf8'));
Object.assign(manifest, addresses);
manifest.contributes.configuration.properties = settingsOf(ruleMetas);
writeFileSync(path, `${JSON.stringify(manifest, null, '\t')}\n`);

mkdirSync(join(root, 'schemas'), { recursive: true });
const schema = configurationSchema(ruleMetas);
writeFileSync(join(root, 'schemas', 'gup-lens.schema.json'), `${JSON.stringify(schema, null, '\t')}\n`);
