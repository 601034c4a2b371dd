/** Prints the row that a kernel version needs to count as read. Run: `npm run evidence -- TREE...`. */
import { digestOf } from '../test/kernel-facts/evidence.js';
import { treeVersion } from './trees.js';

for (const tree of process.argv.slice(2)) console.log(`'${treeVersion(tree)}': '${digestOf(tree)}',`);
