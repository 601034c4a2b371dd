/** A rule page: Markdown whose C blocks are examples with expectations. */
import { type MarkedCode, type Marker, readMarkers } from './markers.js';

export interface Example extends MarkedCode {
	/** Section heading it stands under. */
	readonly section: string;
	/** Line of its opening fence in the page, 1-based. */
	readonly line: number;
	readonly kernel: string;
	readonly path: string;
	/** No finding of the page's rule may offer a fix here. */
	readonly noFix: boolean;
	/** What the code becomes when every fix of the page's rule was applied. */
	readonly fixed: FixedBlock | undefined;
}

export interface FixedBlock extends MarkedCode {
	readonly line: number;
	/** What the applied fixes must be; undefined when the page does not say. */
	readonly safe: boolean | undefined;
}

export interface Page {
	/** Text of the first-level heading. */
	readonly title: string;
	/** Second-level headings in order. */
	readonly sections: readonly string[];
	readonly examples: readonly Example[];
}

/** The sections of every page, in this order. */
export const SECTIONS = [
	'What it catches',
	'Why it matters',
	'Example',
	'Fix',
	'Not reported',
	'When to suppress',
	'References',
] as const;

/** Those of its page of examples, where it has them. */
export const EXAMPLE_SECTIONS: readonly string[] = ['Reported', 'Fix', 'Not reported'];

interface Fence {
	readonly info: string;
	readonly line: number;
	readonly section: string;
	readonly text: string;
}

const ATTRIBUTES: Readonly<Record<string, string>> = {
	kernel: '6.12',
	path: 'drivers/misc/example.c',
	fixed: '',
};

function readInfo(fence: Fence): { words: Set<string>; attributes: Record<string, string> } {
	const words = new Set<string>();
	const attributes = { ...ATTRIBUTES };
	for (const item of fence.info.split(/\s+/).slice(1)) {
		const equals = item.indexOf('=');
		const key = equals < 0 ? item : item.slice(0, equals);
		if (equals < 0 && ['fixed', 'safe', 'unsafe'].includes(key)) words.add(key);
		else if (equals > 0 && key in ATTRIBUTES) attributes[key] = item.slice(equals + 1);
		else throw new Error(`line ${fence.line}: unknown attribute ${item}`);
	}
	return { words, attributes };
}

function located<T>(fence: Fence, read: () => T): T {
	try {
		return read();
	} catch (error) {
		throw new Error(`block at line ${fence.line}: ${(error as Error).message}`, { cause: error });
	}
}

function toFixed(fence: Fence, words: ReadonlySet<string>): FixedBlock {
	const safe = words.has('safe') ? true : words.has('unsafe') ? false : undefined;
	return { ...located(fence, () => readMarkers(fence.text)), line: fence.line, safe };
}

function toExample(fence: Fence, attributes: Record<string, string>): Example {
	if (attributes.fixed !== '' && attributes.fixed !== 'none')
		throw new Error(`line ${fence.line}: fixed=none or a block`);
	return {
		...located(fence, () => readMarkers(fence.text)),
		section: fence.section,
		line: fence.line,
		kernel: attributes.kernel ?? '',
		path: attributes.path ?? '',
		noFix: attributes.fixed === 'none',
		fixed: undefined,
	};
}

function readExamples(fences: readonly Fence[]): Example[] {
	const examples: Example[] = [];
	for (const fence of fences) {
		if (fence.info.split(/\s+/)[0] !== 'c') continue;
		const { words, attributes } = readInfo(fence);
		if (!words.has('fixed')) {
			examples.push(toExample(fence, attributes));
			continue;
		}
		const before = examples.pop();
		if (before === undefined || before.fixed !== undefined) throw new Error(`line ${fence.line}: fixes no block`);
		examples.push({ ...before, fixed: toFixed(fence, words) });
	}
	return examples;
}

/** Reads one page. Throws where the page is not well formed, naming its line (1-based). */
export function readPage(markdown: string): Page {
	const sections: string[] = [];
	const fences: Fence[] = [];
	let title = '';
	let open: { info: string; line: number; lines: string[] } | undefined;
	for (const [index, line] of markdown.split('\n').entries()) {
		const fence = /^```(.*)$/.exec(line);
		if (open !== undefined) {
			if (fence === null) open.lines.push(line);
			else {
				const text = `${open.lines.join('\n')}\n`;
				fences.push({ info: open.info, line: open.line, section: sections.at(-1) ?? '', text });
				open = undefined;
			}
		} else if (fence !== null) open = { info: (fence[1] ?? '').trim(), line: index + 1, lines: [] };
		else if (line.startsWith('# ')) title = line.slice(2).trim();
		else if (line.startsWith('## ')) sections.push(line.slice(3).trim());
	}
	if (open !== undefined) throw new Error(`line ${open.line}: the block is never closed`);
	return { title, sections, examples: readExamples(fences) };
}

/** True when the example expects a finding of `rule`. */
export function fires(example: { readonly markers: readonly Marker[] }, rule: string): boolean {
	return example.markers.some((marker) => marker.kind === 'expected' && marker.rule === rule);
}

/** True when the example is about what must not be reported: no marker of `rule` at all. */
export function isSilent(example: { readonly markers: readonly Marker[] }, rule: string): boolean {
	return !example.markers.some((marker) => marker.rule === rule);
}
