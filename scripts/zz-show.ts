import { CELLS, FORMS } from '../test/holders/cell.js';
import { program } from '../test/holders/program.js';
const [h, f, n, w] = process.argv.slice(2);
const cell = CELLS.find((c) => c.holder.name === h && c.fault.name === f)!;
console.log(program(cell.holder, FORMS[Number(n)]!, cell.fault, w === 'wrong'));
