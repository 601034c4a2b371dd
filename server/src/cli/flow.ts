import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import picocolors from 'picocolors';
import type { Flow } from '../engine.js';
import {
	endingWords,
	isWrong,
	journeyWords,
	nothingTakenWords,
	nothingWords,
	stateWords,
	stepWords,
	whyNot,
} from '../explain/index.js';
import type { Range } from '../syntax/ir.js';
import { fromFolder, slashed } from '../workspace/collect.js';
import { Lines } from '../workspace/lines.js';
import { Neighbourhood } from '../workspace/neighbours.js';
import { nodeFiles } from '../workspace/nodeFiles.js';
import { readSource } from '../workspace/read.js';
import { count, oneLine, sentence } from '../workspace/wording.js';
import { Configured } from './configured.js';
import { engine } from './engine.js';
import { pathsJson } from './formats/pathsJson.js';
import { snippet } from './formats/snippet.js';
import { type Io, UsageError } from './io.js';
import { Kernels } from './kernels.js';
import { folderName, tell } from './stderr.js';

type Colours = ReturnType<typeof picocolors.createColors>;
type Journey = Flow['journeys'][number];
type Way = Journey['ways'][number];
type Site = Journey['taking'];

export type FlowFormat = 'text' | 'json';

/** Ways that are printed step by step; of the others only how they end. */
const MOST_WAYS = 12;

/** FILE:LINE, also as a report has it, FILE:LINE:COLUMN: with a colon; a name may itself end like that. */
const PLACES: readonly RegExp[] = [/^(.+):(\d+):\d+:?$/s, /^(.+):(\d+):?$/s];

/** The first reading that names a file, else the first. */
function placeOf(place: string, cwd: string): { readonly path: string; readonly line: number } | undefined {
	const readings = PLACES.flatMap((pattern) => {
		const [, path, line] = pattern.exec(place) ?? [];
		return path === undefined ? [] : [{ path, line: Number(line) }];
	});
	return readings.find(({ path }) => existsSync(resolve(cwd, path))) ?? readings[0];
}

/**
 * Prints the paths of the pages acquired on a line, or in the function around it.
 * @param place FILE:LINE
 * @param format json: every path as typed steps, in all files that are seen
 */
export async function flow(place: string, kernel: string | undefined, format: FlowFormat, io: Io): Promise<number> {
	const named = placeOf(place, io.cwd);
	if (!named) throw new UsageError(`--flow ${place}: give FILE:LINE, such as drivers/foo.c:120`);
	const { path, line } = named;
	const absolute = slashed(resolve(io.cwd, path));
	const read = readSource(absolute, undefined);
	if (read.kind !== 'text') {
		tell(io, `${path}: ${read.kind === 'skipped' ? read.reason : 'not read'}`);
		return 2;
	}
	const { text } = read.source;
	const length = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
	if (line < 1 || line > length) {
		tell(io, `${path}: no line ${line}, the file has ${length}`);
		return 2;
	}
	const kernels = new Kernels(kernel);
	const configuration = await new Configured(io, []).of(absolute);
	const { kernel: version, file: from, standIns } = configuration;
	const said = version !== undefined && from !== undefined ? { kernel: version, file: from } : undefined;
	const judged = await kernels.of(absolute, fromFolder(io.cwd, absolute), said);
	for (const said of kernels.explain((root) => folderName(root, io.cwd))) tell(io, said);
	const file = (await engine()).open();
	const neighbourhood = new Neighbourhood(nodeFiles);
	const isModule = judged.tree === undefined && (await neighbourhood.isModule(absolute));
	const asked = { path: judged.path, kernel: judged.kernel, isModule, standIns };
	const neighbours = await neighbourhood.of(
		absolute,
		(other) => judged.tree?.relative(other) ?? fromFolder(io.cwd, other),
		(known) => file.needs(text, { ...asked, neighbours: known }),
		undefined,
		judged.tree === undefined,
	);
	const options = { ...asked, neighbours };
	if (format === 'json') {
		const report = file.paths(text, options, line);
		const fileOf = (other: string) => neighbours.find((beside) => beside.path === other)?.file ?? other;
		io.stdout.write(pathsJson(report, { path, text, line }, (other) => fromFolder(io.cwd, fileOf(other))));
	} else {
		io.stdout.write(new Printer(path, text, io.stdout.colour).print(file.flow(text, options, line), line));
	}
	file.dispose();
	return 0;
}

class Printer {
	private readonly path: string;
	private readonly text: string;
	private readonly lines: Lines;
	private readonly colours: Colours;

	constructor(path: string, text: string, colour: boolean) {
		this.path = oneLine(path);
		this.text = text;
		this.lines = new Lines(text);
		this.colours = picocolors.createColors(colour);
	}

	print(flow: Flow | undefined, line: number): string {
		const { bold, dim } = this.colours;
		if (!flow || flow.journeys.length === 0)
			return `${bold(`${this.path}:${line}:`)} ${sentence(nothingWords(flow))}\n`;
		const head = flow.onLine
			? ''
			: `${dim(`no GUP call on line ${line}; showing pages ${this.isWithin(flow) ? 'acquired in' : 'released in'} ${oneLine(flow.function ?? '')}()`)}\n\n`;
		return head + flow.journeys.map((journey) => this.journey(journey)).join('\n');
	}

	private isWithin(flow: Flow): boolean {
		return flow.journeys.some((journey) => journey.function === flow.function);
	}

	private journey(journey: Journey): string {
		const { bold, dim } = this.colours;
		const at = journey.through ?? journey.taking;
		const where = at.place ? this.siteOf(at) : `${this.path}:${this.lineOf(at)}`;
		const title = `${bold(`${where}:`)} ${bold(sentence(journeyWords(journey)))}\n`;
		const releases = journey.releases.map(
			({ via, ...release }) =>
				`      = released by ${oneLine(release.name)}() in ${oneLine(release.function)}(), ${this.siteOf(release)}${via ? `, called by ${oneLine(via.function)}() on ${this.siteOf(via)}` : ''}\n`,
		);
		const none = journey.releases.length === 0 ? ['      = no release found\n'] : [];
		const silent = whyNot(journey);
		if (silent !== undefined) return `${title}${[...releases, ...none].join('')}      = ${sentence(silent)}\n`;
		const ways = journey.ways
			.filter(({ ending }) => ending.kind !== 'none')
			.sort((a, b) => Number(isWrong(b.ending)) - Number(isWrong(a.ending)));
		const empty = journey.ways.filter(({ ending }) => ending.kind === 'none').map((way) => this.lineOf(way.at));
		const told = ways.slice(0, MOST_WAYS).map((way, i) => this.way(way, i + 1, ways.length));
		const rest = ways.slice(MOST_WAYS).map((way) => `line ${this.lineOf(way.at)}: ${this.paint(way)}\n`);
		const more = rest.length > 0 ? [`\n${count(rest.length, 'more exit path')}:\n`, ...rest] : [];
		const nothing = empty.length > 0 ? [`\n${dim(nothingTakenWords(empty))}\n`] : [];
		return [title, ...releases, ...none, ...told, ...more, ...nothing].join('');
	}

	/** How a way ends. */
	private paint(way: Way): string {
		const { red, yellow, green, bold } = this.colours;
		const words = sentence(endingWords(way.ending));
		if (isWrong(way.ending)) return bold(red(words));
		return /^(?:released|none|returned|kept|handed)$/.test(way.ending.kind) ? green(words) : yellow(words);
	}

	private way(way: Way, number: number, of: number): string {
		const { bold, dim, cyan } = this.colours;
		const notes: [line: number, note: string][] = [];
		let before: Way['last'];
		for (const step of way.steps) {
			const { what, state } = stepWords(step, before, this.text.slice(step.start, step.end));
			const words = [what && dim(sentence(what)), state && cyan(sentence(state))].filter(Boolean).join(dim(': '));
			if (words) notes.push([this.lineOf(step), words]);
			before = step.state;
		}
		const end = way.ending.kind === 'wrong' ? 'here' : 'returns here';
		const last = way.ending.kind === 'wrong' ? stateWords(way.last) : '';
		if (last && last !== stateWords(before)) notes.push([this.lineOf(way.at), cyan(sentence(last))]);
		notes.push([this.lineOf(way.at), `${end}: ${this.paint(way)}`]);
		const title = `\n${bold(`path ${number} of ${of}:`)} ${this.paint(way)}, line ${this.lineOf(way.at)}\n`;
		return title + this.noted(notes);
	}

	/** Source lines with what is said of each under it. */
	private noted(notes: readonly (readonly [line: number, note: string])[]): string {
		let shown = -1;
		return notes
			.map(([line, note]) => {
				const source =
					line === shown ? '' : `${String(line).padStart(5)} | ${snippet(this.lines.line(line), 0, 0).line}\n`;
				shown = line;
				return `${source}      = ${note}\n`;
			})
			.join('');
	}

	/** "line 12", or "drivers/foo/bar.c:12" of another file. */
	private siteOf(site: Site): string {
		return site.place ? `${oneLine(site.place.path)}:${site.place.line}` : `line ${this.lineOf(site)}`;
	}

	private lineOf({ start }: Range): number {
		return this.lines.position(start).line;
	}
}
