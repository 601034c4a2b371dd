/** Writes the part of the linter's configuration that is generated from the layers. Run: `npm run generate`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './editors/install.js';
import { layersConfiguration } from './layers.js';

writeFileSync(join(root, 'biome.layers.json'), layersConfiguration());
