/** The life of pages as a picture: who acquires them, where they are kept, who releases them. No VS Code in here. */
import type { PagePaths } from '../../../server/src/explain/paths.js';
import { type Located, placeWords } from './model.js';

type NodeKind = 'acquired' | 'kept' | 'released' | 'wrong';

/** One place of the picture. */
export interface LifeNode {
	readonly kind: NodeKind;
	/** "Released by unpin_user_pages()" */
	readonly title: string;
	/** "foo_close(), line 46" */
	readonly detail: string;
	readonly at: Located;
	/** 0 for what acquires, 1 for what comes of it, 2 for what comes of pages that are kept. */
	readonly depth: number;
}

/** Nodes from top to bottom, each below what it comes of. @param home URI of the document that was asked about */
export function lifeOf({ acquire, life, reference }: PagePaths<Located>, home: string): LifeNode[] {
	const verb = reference === 'pin' ? 'Pinned' : reference === 'extracted' ? 'Extracted' : 'Referenced';
	const inside = acquire.via?.function ?? acquire.function;
	const line = (at: Located) => (at.uri === home ? `line ${placeWords(at, home)}` : placeWords(at, home));
	const released = (depth: number) => (call: (typeof life.released)[number]) => {
		const via = call.via ? `, called by ${call.via.function}(), ${line(call.via.at)}` : '';
		return {
			kind: 'released' as const,
			title: `Released by ${call.name}()`,
			detail: `${call.function}(), ${line(call.at)}${via}`,
			at: call.at,
			depth,
		};
	};
	const isHere = ({ function: own, via }: (typeof life.released)[number]) => (via?.function ?? own) === inside;
	const elsewhere = life.released.filter((call) => !isHere(call));
	const ends = (kind: 'kept' | 'wrong') =>
		life[kind].map(({ at, text }) => ({
			kind,
			title: text.charAt(0).toUpperCase() + text.slice(1),
			detail: `${inside}(), ${line(at)}`,
			at,
			depth: 1,
		}));
	const [first, ...others] = ends('kept');
	return [
		...life.acquired.map((call) => ({
			kind: 'acquired' as const,
			title: `${verb} by ${call.name}()`,
			detail: `${call.function}(), ${line(call.at)}${call.via ? `, called by ${call.via.function}()` : ''}`,
			at: call.at,
			depth: 0,
		})),
		...ends('wrong'),
		...life.released.filter(isHere).map(released(1)),
		...(first ? [first, ...elsewhere.map(released(2)), ...others] : elsewhere.map(released(1))),
	];
}

const ROW = 52;
const BOX = 42;
const INDENT = 22;
const WIDTH = 320;

function escaped(text: string): string {
	return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** Lines from each node to the one it comes of. */
function edges(nodes: readonly LifeNode[]): string {
	return nodes
		.flatMap(({ depth, kind }, i) => {
			const from = nodes.slice(0, i).findLastIndex((other) => other.depth === depth - 1);
			if (depth === 0 || from < 0) return [];
			const x = (depth - 1) * INDENT + 10;
			return `<path class="edge ${kind}" d="M${x} ${from * ROW + BOX + 2} V${i * ROW + BOX / 2 + 2} H${depth * INDENT + 2}"/>`;
		})
		.join('');
}

function box({ kind, title, detail, depth }: LifeNode, i: number): string {
	const x = depth * INDENT + 2;
	const y = i * ROW + 2;
	const label = escaped(`${title}: ${detail}`);
	const width = WIDTH - x - 2;
	const line = (dy: number, of: string, text: string) =>
		`<text class="${of}" x="${x + 10}" y="${y + dy}">${escaped(cut(text, width))}</text>`;
	return (
		`<g class="node ${kind}" role="link" tabindex="0" data-node="${i}" aria-label="${label}"><title>${label}</title>` +
		`<rect x="${x}" y="${y}" width="${width}" height="${BOX}" rx="3"/>` +
		`${line(17, 'title', title)}${line(33, 'detail', detail)}</g>`
	);
}

/** As much of a text as fits into so many units. */
function cut(text: string, width: number): string {
	const most = Math.floor((width - 16) / 6.4);
	return text.length > most ? `${text.slice(0, most - 1)}\u2026` : text;
}

const STYLE = `
body { padding: 4px 8px; margin: 0; color: var(--vscode-foreground); }
svg { width: 100%; max-width: 480px; height: auto; display: block; font-family: var(--vscode-font-family); font-size: 11.5px; }
.node { cursor: pointer; outline: none; }
rect { fill: var(--vscode-editor-background); stroke: var(--vscode-contrastBorder, var(--vscode-widget-border, var(--vscode-descriptionForeground))); stroke-width: 1; }
text { fill: var(--vscode-foreground); }
.detail { fill: var(--vscode-descriptionForeground); font-size: 11px; }
.acquired rect { stroke-width: 2; }
.kept rect { stroke-dasharray: 5 3; }
.wrong rect { stroke: var(--vscode-editorError-foreground); stroke-width: 2; }
.wrong .title { fill: var(--vscode-errorForeground); font-weight: bold; }
.edge { fill: none; stroke: var(--vscode-descriptionForeground); stroke-width: 1; }
.edge.wrong { stroke: var(--vscode-editorError-foreground); }
.node:hover rect, .node:focus rect { stroke: var(--vscode-contrastActiveBorder, var(--vscode-focusBorder)); stroke-width: 2; }
.vscode-high-contrast text, .vscode-high-contrast-light text { fill: var(--vscode-foreground); }
.vscode-high-contrast .edge, .vscode-high-contrast-light .edge { stroke: var(--vscode-foreground); }`;

const SCRIPT = `
const vscode = acquireVsCodeApi();
const go = (event) => {
	const node = event.target.closest('[data-node]');
	if (node) vscode.postMessage(Number(node.dataset.node));
};
addEventListener('click', go);
addEventListener('keydown', (event) => {
	if (event.key !== 'Enter' && event.key !== ' ') return;
	event.preventDefault();
	go(event);
});`;

/** @param nonce lets this page's own style and script run, and nothing else */
export function lifePage(nodes: readonly LifeNode[], heading: string, nonce: string): string {
	const height = Math.max(nodes.length * ROW, 1);
	return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'">
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
<svg viewBox="0 0 ${WIDTH} ${height}" role="group" aria-label="${escaped(heading)}">${edges(nodes)}${nodes.map(box).join('')}</svg>
<script nonce="${nonce}">${SCRIPT}</script>
</body>
</html>`;
}
