/** Everything the engine says of one file, as items. Uses the public face of the engine alone. */
import type { Engine, Finding, Neighbour, OpenFile } from '../../server/src/engine.js';
import { aboutCall, hoverAt } from '../../server/src/explain/index.js';
import type { Kernel } from '../../server/src/kernel/types.js';
import { canonical, Positions } from './canonical.js';
import type { Item, Json, Kind } from './item.js';

/** A file as it is analysed. */
export interface Subject {
	/** Name in the dump. */
	readonly file: string;
	readonly text: string;
	/** Relative to the kernel tree. */
	readonly path: string;
	readonly kernel: Kernel;
	readonly neighbours: readonly Neighbour[];
}

/** What a dump asks of an open file; a revision whose engine lacks one of these cannot be compared. */
const ASKED = [
	'audit',
	'offers',
	'wholeFile',
	'partners',
	'partnersAt',
	'dispose',
] as const satisfies readonly (keyof OpenFile)[];

/** @throws where the engine has another public face than the one this dump was written for */
export function checkFace(engine: Engine): void {
	const file: Partial<Record<keyof OpenFile, unknown>> = engine.open();
	const missing = ASKED.filter((name) => typeof file[name] !== 'function');
	if (missing.length > 0) throw new Error(`OpenFile of server/src/engine.ts has no ${missing.join('(), ')}()`);
	(file as OpenFile).dispose();
}

/** The items of a file, without those of its flows. What the engine throws is an item as well. */
export function itemsOf(engine: Engine, subject: Subject): Item[] {
	const dump = new Dump(engine.open(), subject);
	try {
		dump.run();
	} catch (error) {
		dump.add('failure', 'analysis', error instanceof Error ? `${error.name}: ${error.message}` : String(error));
	} finally {
		dump.dispose();
	}
	return dump.items;
}

class Dump {
	readonly items: Item[] = [];
	private readonly open: OpenFile;
	private readonly subject: Subject;
	private readonly positions: Positions;
	private readonly others = new Map<string, { text: string; positions: Positions }>();

	constructor(open: OpenFile, subject: Subject) {
		this.open = open;
		this.subject = subject;
		this.positions = new Positions(subject.text);
		for (const { path, text } of subject.neighbours) this.others.set(path, { text, positions: new Positions(text) });
	}

	add(kind: Kind, key: string, value: Json): void {
		this.items.push({ file: this.subject.file, kind, key, value });
	}

	dispose(): void {
		this.open.dispose();
	}

	run(): void {
		const { text, path, kernel, neighbours } = this.subject;
		const options = { path, kernel, neighbours };
		const { findings, sites, unread, bounded, irrelevant } = this.open.audit(text, options);
		this.add('file', 'irrelevant', irrelevant);
		for (const name of unread) this.add('unread', name, true);
		for (const name of bounded) this.add('bounded', name, true);
		for (const { fixes, ...finding } of findings) {
			const key = `${finding.rule} in ${finding.function}`;
			this.add('finding', key, this.json(finding));
			for (const fix of fixes) this.add('fix', `${key}: ${fix.title}`, this.fix(fix, finding));
		}
		for (const site of sites) this.add('site', `${site.api} in ${site.function}`, this.json(site));
		const names = new Map(sites.map((site) => [site.start, `${site.api} in ${site.function}`]));
		for (const offer of this.open.offers(text, { ...options, fixes: false })) {
			const key = offer.sites.map(({ start }) => names.get(start) ?? this.positions.at(start)).join(', ');
			const conversions = offer.conversions.map((change) => ({ ...change, edits: this.edits(change.edits) }));
			this.add('offer', key, this.json({ ...offer, conversions }));
		}
		const whole = this.open.wholeFile(text, options);
		if (whole) this.add('whole-file', whole.title, this.json({ ...whole, edits: this.edits(whole.edits) }));
		for (const partners of this.open.partners(text, options)) {
			const { start } = partners.taking;
			this.add('partners', `${partners.taking.name} at ${this.positions.at(start)}`, this.json(partners));
		}
		this.hovers(options);
	}

	private json(value: unknown): Json {
		return canonical(value, this.positions);
	}

	private fix(
		{ title, safe, edits }: Finding['fixes'][number],
		{ start, end }: { readonly start: number; readonly end: number },
	): Json {
		return { title, safe, finding: this.positions.range(start, end), edits: this.edits(edits) };
	}

	/** Edits as "12:4-12:9 `old` -> `new`", those of other files with their path. */
	private edits(
		edits: readonly {
			readonly start: number;
			readonly end: number;
			readonly text: string;
			readonly path?: string | undefined;
		}[],
	): string[] {
		return edits
			.map(({ start, end, text, path }) => {
				const other =
					path === undefined ? { text: this.subject.text, positions: this.positions } : this.others.get(path);
				const old = other?.text.slice(start, end) ?? '?';
				return `${path ?? ''} ${other?.positions.range(start, end) ?? '?'} ${JSON.stringify(old)} -> ${JSON.stringify(text)}`.trim();
			})
			.sort();
	}

	/** Of each function and flag of the family, where it stands, and of the names that functions are defined by. */
	private hovers(options: {
		readonly path: string;
		readonly kernel: Kernel;
		readonly neighbours: readonly Neighbour[];
	}): void {
		const { text, kernel } = this.subject;
		const toLine = ({
			start,
			place,
		}: {
			readonly start: number;
			readonly place?: { readonly path: string; readonly line: number };
		}) => (place ? `${place.path}:${place.line}` : `line ${this.positions.at(start)}`);
		for (const { 0: name, index } of text.matchAll(/\b[A-Za-z_]\w*\b/g)) {
			const isDefined =
				index > 0 && /^\w/.test(text.slice(text.lastIndexOf('\n', index) + 1)) && text[index + name.length] === '(';
			if (!isDefined && !kernel.api(name) && !kernel.flag(name)) continue;
			const site = () =>
				aboutCall(undefined, this.open.partnersAt(text, options, index), index, toLine, (words) => words);
			const hover = hoverAt(text, index, { ...options, site });
			if (hover)
				this.add(
					'hover',
					`${name} at ${this.positions.at(index)}`,
					this.json({ ...hover.range, markdown: hover.markdown }),
				);
		}
	}
}
