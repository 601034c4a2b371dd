/** `git diff --stat` of unified diffs. */

/** A file of a patch. */
export interface FileDiff {
	/** From the top of the tree. */
	readonly path: string;
	/** Unified, in the bytes of the file. */
	readonly diff: Buffer;
}

interface Counted {
	readonly path: string;
	readonly added: number;
	readonly removed: number;
}

/** Columns of a mail. */
const WIDTH = 72;
/** Columns of the graph that are always left. */
const LEAST = 6;

function counted({ path, diff }: FileDiff): Counted {
	const lines = diff.toString('latin1').split('\n');
	const body = lines.slice(lines.findIndex((line) => line.startsWith('@@ ')));
	const of = (sign: string): number => body.filter((line) => line.startsWith(sign)).length;
	return { path, added: of('+'), removed: of('-') };
}

function joined(counts: readonly Counted[]): Counted[] {
	const sums = new Map<string, Counted>();
	for (const one of counts) {
		const known = sums.get(one.path) ?? { path: one.path, added: 0, removed: 0 };
		sums.set(one.path, { ...known, added: known.added + one.added, removed: known.removed + one.removed });
	}
	return [...sums.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** "...long/path.c": the end of a path says more than its start. */
function shortened(path: string, width: number): string {
	if (path.length <= width) return path.padEnd(width);
	const tail = path.slice(3 - width);
	const slash = tail.indexOf('/');
	return `...${slash < 0 ? tail : tail.slice(slash)}`.padEnd(width);
}

/** One line a file, and their sum; files that are changed more than once are one. */
export function diffstat(diffs: readonly FileDiff[]): string {
	const all = joined(diffs.map(counted));
	const changes = all.map(({ added, removed }) => added + removed);
	const most = Math.max(0, ...changes);
	const digits = String(most).length;
	const names = Math.max(0, ...all.map(({ path }) => path.length));
	let graph = most;
	let name = names;
	if (name + digits + 6 + graph > WIDTH) {
		graph = Math.min(graph, Math.max(LEAST, Math.floor((WIDTH * 3) / 8) - digits - 6));
		name = Math.min(names, WIDTH - digits - 6 - graph);
		graph = Math.min(most, WIDTH - digits - 6 - name);
	}
	const scaled = (number: number): number =>
		most <= graph ? number : number === 0 ? 0 : 1 + Math.floor((number * (graph - 1)) / most);
	const lines = all.map(({ path, added, removed }) => {
		const total = scaled(added + removed);
		const plus = added < removed ? scaled(added) : total - scaled(removed);
		const signs = '+'.repeat(plus) + '-'.repeat(total - plus);
		return ` ${shortened(path, name)} | ${String(added + removed).padStart(digits)} ${signs}`.trimEnd();
	});
	return [...lines, summary(all)].join('\n');
}

function summary(all: readonly Counted[]): string {
	const sum = (of: (one: Counted) => number): number => all.reduce((total, one) => total + of(one), 0);
	const [added, removed] = [sum((one) => one.added), sum((one) => one.removed)];
	const plural = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
	return ` ${[
		`${plural(all.length, 'file')} changed`,
		...(added > 0 || removed === 0 ? [`${plural(added, 'insertion')}(+)`] : []),
		...(removed > 0 || added === 0 ? [`${plural(removed, 'deletion')}(-)`] : []),
	].join(', ')}`;
}
