/** Entry of the command line. The kernel build starts it once a file: what most of them need is here, the rest is loaded. */
import { hasNothing } from './cli/kbuild/quick.js';

const [command, ...rest] = process.argv.slice(2);
if (command !== 'kbuild' || !hasNothing(rest)) import('./commands.js').then(({ main }) => main());
