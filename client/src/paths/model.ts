/** The paths of pages as a tree, and the walk along them. No VS Code in here. */
import type { PagePath, PagePaths, PathStep } from '../../../server/src/explain/paths.js';
import type { PathsAnswer } from '../../../server/src/lsp/paths.js';

/** A range of a document: lines and characters from 0, `end` exclusive. */
export type Located = PathsAnswer['pages'][number]['acquire']['at'];

export interface StepNode {
	readonly kind: 'step';
	readonly step: PathStep<Located>;
	/** From 1. */
	readonly number: number;
	readonly parent: PathNode;
}

export interface PathNode {
	readonly kind: 'path';
	readonly id: string;
	readonly path: PagePath<Located>;
	/** From 1, among the paths of these pages. */
	readonly number: number;
	readonly children: readonly StepNode[];
	readonly parent: PagesNode;
}

export interface PagesNode {
	readonly kind: 'pages';
	readonly id: string;
	readonly pages: PagePaths<Located>;
	readonly children: readonly PathNode[];
}

export type PathsNode = PagesNode | PathNode | StepNode;

/** @returns one node for each call that acquires pages */
export function treeOf({ pages }: PathsAnswer): readonly PagesNode[] {
	return pages.map((one) => {
		const children: PathNode[] = [];
		const node: PagesNode = { kind: 'pages', id: one.id, pages: one, children };
		one.paths.forEach((path, i) => {
			const steps: StepNode[] = [];
			const under: PathNode = {
				kind: 'path',
				id: `${one.id} ${path.id}`,
				path,
				number: i + 1,
				children: steps,
				parent: node,
			};
			path.steps.forEach((step, at) => {
				steps.push({ kind: 'step', step, number: at + 1, parent: under });
			});
			children.push(under);
		});
		return node;
	});
}

/** Where somebody is on the paths of some pages. */
export class Walk {
	readonly roots: readonly PagesNode[];
	readonly #paths: readonly PathNode[];
	#current: PathNode | StepNode | undefined;

	/** Begins with the first step of the path that a finding is about, else of the first that is wrong, else of the first. */
	constructor(roots: readonly PagesNode[]) {
		this.roots = roots;
		this.#paths = roots.flatMap(({ children }) => children);
		const first =
			this.#paths.find(({ path }) => path.isOfFinding) ??
			this.#paths.find(({ path }) => path.ending.isWrong) ??
			this.#paths[0];
		this.#current = first && (first.children[0] ?? first);
	}

	get current(): PathNode | StepNode | undefined {
		return this.#current;
	}

	/** The path one is on. */
	get path(): PathNode | undefined {
		return this.#current?.kind === 'step' ? this.#current.parent : this.#current;
	}

	/** The step one is on. */
	get step(): StepNode | undefined {
		return this.#current?.kind === 'step' ? this.#current : undefined;
	}

	goTo(node: PathsNode): void {
		const path = node.kind === 'pages' ? node.children[0] : node;
		if (path) this.#current = path.kind === 'path' ? (path.children[0] ?? path) : path;
	}

	/** @param by 1 forwards, -1 back; stays where there is no further step */
	stepBy(by: 1 | -1): void {
		const { path, step } = this;
		const next = path?.children[(step?.number ?? 0) - 1 + by];
		if (next) this.#current = next;
	}

	/** To the first step of the path after or before this one, in a circle. */
	pathBy(by: 1 | -1): void {
		const { path } = this;
		const { length } = this.#paths;
		if (!path || length === 0) return;
		this.goTo(this.#paths[(this.#paths.indexOf(path) + by + length) % length] as PathNode);
	}

	/** To the path and the step of another walk, as far as they are still there. */
	resume(other: Walk): void {
		const { path, step } = other;
		const same = path && this.#paths.find(({ id }) => id === path.id);
		// an edit above moves the call, and so its id
		const alike = same ?? (path && this.#paths.find((one) => one.path.id === path.path.id));
		if (!alike) return;
		this.#current = alike.children[Math.min(step?.number ?? 1, alike.children.length) - 1] ?? alike;
	}
}

/** "path 1 of 3, step 2 of 7" */
export function positionWords({ path, step }: Walk): string {
	if (!path) return '';
	const place = `path ${path.number} of ${path.parent.children.length}`;
	return step ? `${place}, step ${step.number} of ${path.children.length}` : place;
}

export function lineOf({ range }: Located): number {
	return range.start.line + 1;
}

/** "24", or "put.c:3" in another file than `home`. */
export function placeWords(at: Located, home: string): string {
	if (at.uri === home) return String(lineOf(at));
	return `${decodeURIComponent(at.uri.slice(at.uri.lastIndexOf('/') + 1))}:${lineOf(at)}`;
}

/** "3 paths", "1 step" */
export function many(number: number, noun: string): string {
	return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** A line of an editor with what is to stand behind it. */
export interface Mark {
	/** Of the steps on this line. */
	readonly at: readonly Located[];
	/** From 0. */
	readonly line: number;
	/** "2/7: 4 pinned, 4 left" */
	readonly text: string;
	readonly isCurrent: boolean;
}

/** What the path one is on marks in a document: one mark a line, that of the current step before those of others. */
export function marksIn(walk: Walk, uri: string): readonly Mark[] {
	const { path, step: current } = walk;
	const byLine = new Map<number, StepNode[]>();
	for (const node of path?.children ?? []) {
		const { at } = node.step;
		if (at.uri !== uri) continue;
		const { line } = at.range.end;
		byLine.set(line, [...(byLine.get(line) ?? []), node]);
	}
	return [...byLine].map(([line, nodes]): Mark => {
		const isCurrent = current !== undefined && nodes.includes(current);
		const shown = (isCurrent ? current : nodes.at(-1)) as StepNode;
		const { pages, text } = shown.step;
		const state = shown.step.kind === 'end' || !pages ? text : pages.text;
		return {
			at: isCurrent ? [shown.step.at] : nodes.map(({ step }) => step.at),
			line,
			text: `${shown.number}/${path?.children.length}: ${state}`,
			isCurrent,
		};
	});
}

/** A position that edits have moved, by whole lines. */
export interface Asked {
	readonly line: number;
	readonly character: number;
}

/** Lines of a change: the text between them was replaced. */
interface Edit {
	readonly range: { readonly start: { readonly line: number }; readonly end: { readonly line: number } };
	readonly text: string;
}

/** Where a position is after edits of the lines before it. */
export function moved(asked: Asked, edits: readonly Edit[]): Asked {
	let { line } = asked;
	for (const { range, text } of edits)
		if (range.end.line < line || (range.end.line === line && range.start.line < line))
			line += text.split('\n').length - 1 - (range.end.line - range.start.line);
	return { line, character: asked.character };
}
