/** How the nodes of the paths look in the tree. */
import { ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';
import type { StepKind } from '../../../server/src/explain/paths.js';
import { commands } from '../names.js';
import { many, type PagesNode, type PathNode, type PathsNode, placeWords, type StepNode } from './model.js';

const WRONG = new ThemeIcon('error', new ThemeColor('problemsErrorIcon.foreground'));

const STEPS: Readonly<Record<StepKind, ThemeIcon>> = {
	acquire: new ThemeIcon('lock'),
	call: new ThemeIcon('arrow-right'),
	test: new ThemeIcon('git-branch'),
	loop: new ThemeIcon('sync'),
	case: new ThemeIcon('list-selection'),
	release: new ThemeIcon('unlock'),
	transfer: new ThemeIcon('export'),
	change: new ThemeIcon('edit'),
	return: new ThemeIcon('arrow-left'),
	end: new ThemeIcon('debug-step-out'),
};

function pathIcon({ ending: { isWrong, kind } }: PathNode['path']): ThemeIcon {
	if (isWrong) return WRONG;
	if (kind === 'released') return new ThemeIcon('pass', new ThemeColor('testing.iconPassed'));
	return new ThemeIcon(kind === 'none' ? 'circle-slash' : 'export');
}

/** @param home URI of the document that was asked about */
export function itemOf(node: PathsNode, home: string, current: StepNode | undefined): TreeItem {
	const item =
		node.kind === 'step'
			? stepItem(node, home, node === current)
			: node.kind === 'path'
				? pathItem(node, home)
				: pagesItem(node, home);
	item.contextValue = `gup-lens.paths.${node.kind}`;
	return item;
}

function pagesItem({ id, pages, children }: PagesNode, home: string): TreeItem {
	const { acquire, silent, title } = pages;
	const state = children.length > 0 ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.None;
	const item = new TreeItem(`${placeWords(acquire.at, home)}: ${acquire.name}()`, state);
	item.id = id;
	item.description = silent ?? `${acquire.function}(), ${many(children.length, 'path')}`;
	item.tooltip = silent === undefined ? title : `${title}: ${silent}`;
	item.iconPath = new ThemeIcon('files');
	return item;
}

function pathItem({ id, path, number, children, parent }: PathNode, home: string): TreeItem {
	const state = children.length > 0 ? TreeItemCollapsibleState.Collapsed : TreeItemCollapsibleState.None;
	const item = new TreeItem(`${number}: ${path.ending.text}`, state);
	const length = children.length > 0 ? many(children.length, 'step') : 'steps not told: too many paths';
	item.id = id;
	item.description = `line ${placeWords(path.at, home)}, ${length}`;
	item.tooltip = `path ${number} of ${parent.children.length}: ${path.ending.text}`;
	item.iconPath = pathIcon(path);
	return item;
}

function stepItem(node: StepNode, home: string, isCurrent: boolean): TreeItem {
	const { step, number, parent } = node;
	const { at, text, pages, kind, depth, function: inside } = step;
	const item = new TreeItem(`${'\u2003'.repeat(depth)}${placeWords(at, home)}: ${text}`, TreeItemCollapsibleState.None);
	item.id = `${parent.id} ${number}`;
	item.description = pages?.text ?? '';
	item.tooltip = [`${text}, in ${inside}()`, pages?.text].filter(Boolean).join('\n');
	item.iconPath = isCurrent
		? new ThemeIcon('arrow-small-right', new ThemeColor('debugIcon.continueForeground'))
		: kind === 'end' && parent.path.ending.isWrong
			? WRONG
			: STEPS[kind];
	const words = [`step ${number} of ${parent.children.length}`, `line ${placeWords(at, home)}`, text, pages?.text];
	item.accessibilityInformation = { label: words.filter(Boolean).join(', ') };
	item.command = { command: commands.pathsGoTo, title: 'Go to Step', arguments: [node] };
	return item;
}
