/** Writes the manual page from the options of the command line. Run: `npm run generate`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandLine } from '../server/src/cli/main.js';
import { root } from './editors/install.js';
import { manualPage } from './manual-page.js';

const nowhere = { write: () => undefined, colour: false };
const { program } = commandLine({ cwd: root, stdout: nowhere, stderr: nowhere, stdin: async () => Buffer.alloc(0) });
mkdirSync(join(root, 'man'), { recursive: true });
writeFileSync(join(root, 'man', 'gup-lens.1'), manualPage(program));
