import { readFileSync, writeFileSync } from 'node:fs';
import { CELLS, FORMS } from '../test/holders/cell.js';
import { gaps } from '../test/holders/gaps.js';
import { judge } from '../test/holders/judge.js';
const ALL = FORMS.map(({ name }) => name);
const HELPERS = FORMS.filter(({ hasHelpers }) => hasHelpers).map(({ name }) => name);
const INLINE = FORMS.filter(({ hasHelpers }) => !hasHelpers).map(({ name }) => name);
const ADDRESSES = FORMS.filter(({ givesAddress }) => givesAddress).map(({ name }) => name);
const src = readFileSync('test/holders/gaps.ts', 'utf8');
const names = new Map([...src.matchAll(/^const ([A-Z_]+) =\s*'([^']*)';|^const ([A-Z_]+) =\s*"([^"]*)";/gm)].map((m) => [m[2] ?? m[4], m[1] ?? m[3]]));
for (const m of src.matchAll(/^const ([A-Z_]+) =\n\t(['"])(.*)\2;/gm)) names.set(m[3], m[1]);
const same = (a: string[], b: string[]) => a.length === b.length && a.every((x) => b.includes(x));
const q = (s: string) => (s.includes("'") ? `"${s}"` : `'${s}'`);
const list = (m: string[]) => same(m, ALL) ? 'ALL' : same(m, HELPERS) ? 'HELPERS' : same(m, INLINE) ? 'INLINE' : same(m, ADDRESSES) ? 'ADDRESSES' : `[${m.map(q).join(', ')}]`;
const rows: string[] = [];
let found = 0, all = 0, cells = 0, full = 0;
for (const cell of CELLS) {
  if (cell.without !== undefined) continue;
  const js = judge(cell);
  for (const j of js) { if (j.said.length) console.log('FALSE', cell.holder.name, '|', cell.fault.name, '|', j.form.name, j.said); if (j.unread.length) console.log('UNREAD', cell.holder.name, cell.fault.name, j.form.name, j.unread); }
  const missed = js.filter((j) => !j.isFound).map((j) => j.form.name);
  all += js.length; found += js.length - missed.length; cells++; if (missed.length === 0) full++;
  const own = gaps.filter((g) => g.holder === cell.holder.name && g.fault === cell.fault.name);
  const left = new Set(missed);
  for (const g of own) {
    const m = g.missed.filter((f) => left.has(f));
    for (const f of m) left.delete(f);
    if (m.length) rows.push(`\t{ holder: ${q(g.holder)}, fault: ${q(g.fault)}, missed: ${list([...m])}, reason: ${names.get(g.reason) ?? '??' + g.reason} },`);
  }
  if (left.size) { console.log('NEW MISS', cell.holder.name, '|', cell.fault.name, [...left]); rows.push(`\t{ holder: ${q(cell.holder.name)}, fault: ${q(cell.fault.name)}, missed: ${list([...left])}, reason: TODO },`); }
}
console.log({ found, all, cells, full });
const at = src.indexOf('export const gaps');
writeFileSync('/tmp/gaps.new.ts', src.slice(0, at) + 'export const gaps: readonly Gap[] = [\n' + rows.join('\n') + '\n];\n');
