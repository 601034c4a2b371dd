import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { editorsDir } from '../../scripts/editors/install.js';
import type { Place } from './tree.js';

/** In CSS pixels of the page. */
interface Box {
	readonly x: number;
	readonly y: number;
	readonly width: number;
	readonly height: number;
}

/** Runs in the page, where the DOM is: the place of the first occurrence of a word in the editor. */
const boxOfWord = `(word) => {
	for (const span of document.querySelectorAll('.editor-instance .view-line span span')) {
		const text = span.firstChild;
		const at = text?.textContent?.indexOf(word) ?? -1;
		if (text?.nodeType !== Node.TEXT_NODE || at < 0) continue;
		const range = document.createRange();
		range.setStart(text, at);
		range.setEnd(text, at + word.length);
		const { x, y, width, height } = range.getBoundingClientRect();
		return { x, y, width, height };
	}
}`;

/** VS Code's window, by the things a person does in it. The same for the desktop's server and for the web. */
export class Workbench {
	readonly page: Page;

	constructor(page: Page) {
		this.page = page;
	}

	/** Waits for the window itself. */
	async ready(): Promise<void> {
		await this.page.locator('.monaco-workbench .part.editor').waitFor({ timeout: 60_000 });
	}

	/** The text editor that is shown. */
	get editor(): Locator {
		return this.page.locator('.editor-instance .monaco-editor').first();
	}

	/** Opens a file of the folder by its path and waits for its text. A page that is still loading may take the focus. */
	async open(path: string): Promise<void> {
		const name = path.slice(path.lastIndexOf('/') + 1);
		const tab = this.page.locator('.tab.active', { hasText: name });
		for (let tries = 0; tries < 4 && !(await tab.isVisible()); tries++) {
			await this.page.keyboard.press('Control+p');
			await this.#pick(path, name).catch(() => this.page.keyboard.press('Escape'));
			await tab.waitFor({ timeout: 5_000 }).catch(() => undefined);
		}
		await this.editor.locator('.view-line').first().waitFor();
	}

	/** Puts the cursor at a place and shows it. */
	async goTo({ line, column }: Place): Promise<void> {
		await this.page.keyboard.press('Control+g');
		const input = this.page.locator('.quick-input-widget input[type=text]').first();
		await input.fill(`:${line}`);
		await this.page.keyboard.press('Enter');
		await this.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
		for (let at = 1; at < column; at++) await this.page.keyboard.press('ArrowRight');
	}

	/** Runs a command by its title. */
	async command(title: string): Promise<void> {
		await this.page.keyboard.press('F1');
		await this.#pick(`>${title}`, title);
	}

	/** Takes an entry of the list of choices under a title, by typing its label. */
	async choosePick(title: string, label: string): Promise<void> {
		await this.page.locator('.quick-input-title', { hasText: title }).waitFor();
		await this.page.locator('.quick-input-widget input[type=text]').first().fill(label);
		await this.page.locator(`.quick-input-list .monaco-list-row[aria-label^="${label}"]`).first().click();
	}

	/** Waits for the first squiggle of a severity in what is on screen. */
	async squiggle(severity: 'error' | 'warning' | 'info' | 'hint'): Promise<Locator> {
		const squiggle = this.page.locator(`.squiggly-${severity}`).first();
		await squiggle.waitFor({ state: 'attached', timeout: 60_000 });
		return squiggle;
	}

	/** Waits for a word that is greyed out as unnecessary. */
	async faded(word: string): Promise<void> {
		await this.page.locator('.squiggly-inline-unnecessary', { hasText: word }).first().waitFor({ timeout: 60_000 });
	}

	/** Waits for the first word that is struck through, and gives all of them. */
	async struckThrough(): Promise<string> {
		const words = this.page.locator('.squiggly-inline-deprecated');
		await words.first().waitFor({ timeout: 60_000 });
		return (await words.allInnerTexts()).map(flat).join(' ');
	}

	/** Opens the list of problems and gives its rows as text, once one contains `expected`. */
	async problems(expected: string): Promise<string[]> {
		if (!(await this.page.locator('.markers-panel').isVisible())) await this.page.keyboard.press('Control+Shift+M');
		const rows = this.page.locator('.markers-panel .monaco-list-row');
		await rows.filter({ hasText: expected }).first().waitFor({ timeout: 60_000 });
		return (await rows.allInnerTexts()).map(flat);
	}

	/** Hovers a word that is on screen and gives what is shown, once it contains `expected`. */
	async hover(word: string, expected: string): Promise<string> {
		const box = await this.#boxOf(word);
		await this.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 5 });
		const hover = this.page.locator('.monaco-hover:not(.hidden) .monaco-hover-content', { hasText: expected }).first();
		await hover.waitFor({ timeout: 30_000 });
		return shownText(hover);
	}

	/** Titles of the quick fixes where the cursor stands; the menu stays open. Asked too early, VS Code has none. */
	async quickFixes(): Promise<string[]> {
		const rows = this.page.locator('.action-widget .monaco-list-row.action');
		for (let tries = 0; tries < 5 && !(await rows.first().isVisible()); tries++) {
			await this.page.keyboard.press('Control+.');
			await rows
				.first()
				.waitFor({ timeout: 6_000 })
				.catch(() => undefined);
		}
		return (await rows.allInnerTexts()).map(flat);
	}

	/**
	 * Chooses an entry of the open menu of quick fixes, with the keyboard: a click may hit its shield.
	 * @param key "Control+Enter" shows the changes first
	 */
	async choose(title: string, key = 'Enter'): Promise<void> {
		const rows = this.page.locator('.action-widget .monaco-list-row.action');
		const index = (await rows.allInnerTexts()).findIndex((text) => flat(text).includes(title));
		if (index < 0) throw new Error(`no quick fix "${title}"`);
		const focused = this.page.locator('.action-widget .monaco-list-row.action.focused', { hasText: title });
		for (let presses = 0; presses <= index && !(await focused.isVisible()); presses++) {
			await this.page.keyboard.press('ArrowDown');
		}
		await focused.waitFor();
		await this.page.keyboard.press(key);
		await this.page.locator('.action-widget .monaco-list-row.action').first().waitFor({ state: 'hidden' });
	}

	/** What "Refactor Preview" lists by what the changes are for; all of them are ticked. */
	async previewedChanges(): Promise<string> {
		const panel = this.page.locator('.bulk-edit-panel').first();
		await panel.locator('.monaco-list-row').first().waitFor();
		await this.page.getByRole('button', { name: 'Group Changes By Type' }).first().click();
		await panel.locator('.monaco-list-row', { hasText: 'Pin the pages' }).first().waitFor();
		return shownText(panel);
	}

	/** Makes the changes of the preview. */
	async applyPreview(): Promise<void> {
		await this.page.getByRole('button', { name: 'Apply', exact: true }).click();
		await this.page.locator('.bulk-edit-panel').waitFor({ state: 'hidden' });
	}

	/** Takes the last change back. */
	async undo(): Promise<void> {
		await this.goTo({ line: 1, column: 1 });
		await this.page.keyboard.press('Control+z');
	}

	/** Errors, warnings and information of all files, as the status bar counts them. */
	async problemCounts(): Promise<string> {
		return (await this.page.locator('#status\\.problems a').getAttribute('aria-label')) ?? '';
	}

	async saveAll(): Promise<void> {
		await this.command('File: Save All');
	}

	/** Saves the changes that are on their way into the editor, and waits until it says so. */
	async save(): Promise<void> {
		await this.page.locator('.tab.active.dirty').waitFor();
		await this.page.keyboard.press('Control+s');
		await this.page.locator('.tab.active.dirty').waitFor({ state: 'detached' });
	}

	/** What the braces of the status bar show about the language of the open file. */
	async languageStatus(): Promise<string> {
		const item = this.page.locator('#status\\.languageStatus');
		await item.hover();
		const shown = this.page.locator('.hover-language-status').first();
		await shown.waitFor();
		return shownText(this.page.locator('.hover-language-status'));
	}

	/** Name of the language of the open file, e.g. "C++". */
	async languageMode(): Promise<string> {
		return shownText(this.page.locator('#status\\.editor\\.mode'));
	}

	/** TextMate scopes at the cursor, as "Developer: Inspect Editor Tokens and Scopes" shows them. */
	async scopes(): Promise<string> {
		await this.command('Developer: Inspect Editor Tokens and Scopes');
		const widget = this.page.locator('.token-inspect-widget', { hasText: 'textmate scopes' });
		await widget.waitFor();
		const text = await shownText(widget);
		await this.page.keyboard.press('Escape');
		await widget.waitFor({ state: 'detached' });
		return text;
	}

	/** Opens a container of views by its icon. */
	async showView(title: string): Promise<void> {
		const icon = this.page.locator(`.activitybar .action-label[aria-label^="${title}"]`).first();
		const shown = this.page.locator('.part.sidebar .composite.title', { hasText: new RegExp(title, 'i') });
		// a window that is still starting may open another one, and a second click on the same icon closes it
		for (let clicks = 0; clicks < 5 && !(await shown.isVisible()); clicks++) {
			await icon.click();
			await shown.waitFor({ timeout: 3000 }).catch(() => undefined);
		}
	}

	/** Presses the button of an empty view. */
	async welcome(title: string): Promise<void> {
		await this.page.locator('.welcome-view-content .monaco-button', { hasText: title }).first().click();
	}

	/** The first row of a tree view with this text. */
	treeRow(text: string): Locator {
		return this.page.locator('.tree-explorer-viewlet-tree-view .monaco-list-row', { hasText: text }).first();
	}

	/** How many rows of a view in the side bar can be seen whole. */
	async rowsInView(view: string): Promise<number> {
		const pane = this.page.locator('.sidebar .pane', {
			has: this.page.locator(`.pane-header[aria-label^="${view} "]`),
		});
		const list = await pane.locator('.monaco-list').boundingBox();
		const rows = await pane.locator('.monaco-list-row').all();
		const boxes = await Promise.all(rows.map((row) => row.boundingBox()));
		return boxes.filter((box) => box && list && box.y >= list.y && box.y + box.height <= list.y + list.height).length;
	}

	/** Opens a row, unless it is open, and waits for one below it. */
	async unfold(text: string, below: string): Promise<void> {
		const row = this.treeRow(text);
		if ((await row.getAttribute('aria-expanded')) !== 'true') await row.click();
		await this.treeRow(below).waitFor();
	}

	/** Rests the pointer on a row and gives what is shown, once it contains `expected`. */
	async tooltip(row: string, expected: string): Promise<string> {
		await this.page.mouse.move(5, 5);
		const box = await this.treeRow(row).boundingBox();
		if (box === null) throw new Error(`"${row}" is not on screen`);
		await this.page.mouse.move(box.x + 100, box.y + box.height / 2, { steps: 10 });
		const hover = this.page.locator('.monaco-hover', { hasText: expected }).first();
		await hover.waitFor({ timeout: 20_000 });
		return shownText(hover);
	}

	/** What a tree view says above its rows. */
	async viewMessage(): Promise<string> {
		return shownText(this.page.locator('.tree-explorer-viewlet-tree-view .message'));
	}

	/** Types into the open input box and takes it. */
	async answer(text: string): Promise<void> {
		await this.page.locator('.quick-input-widget input[type=text]').first().fill(text);
		await this.page.keyboard.press('Enter');
	}

	/** Line the cursor is in, from 1, as the status bar has it. */
	async cursorLine(): Promise<number> {
		const place = this.page.locator('.statusbar-item', { hasText: /Ln \d+, Col \d+/ }).first();
		await place.waitFor();
		return Number(/Ln (\d+)/.exec(await shownText(place))?.[1]);
	}

	/** Keeps a picture of the window for whoever looks into a failed test. */
	async picture(name: string): Promise<void> {
		const path = join(editorsDir, 'failures', `${name.replace(/\W+/g, '-')}.png`);
		await this.page.screenshot({ path });
		console.error(`picture: ${path}`);
	}

	/** Types into the quick input and takes the row that shows `row`. */
	async #pick(text: string, row: string): Promise<void> {
		await this.page.locator('.quick-input-widget input[type=text]').first().fill(text, { timeout: 5_000 });
		const rows = this.page.locator('.quick-input-list .monaco-list-row', { hasText: row });
		await rows.first().click({ timeout: 20_000 });
	}

	/** Place of a word on screen. */
	async #boxOf(word: string): Promise<Box> {
		const box = await this.page.evaluate<Box | undefined>(`(${boxOfWord})(${JSON.stringify(word)})`);
		if (box === undefined) throw new Error(`"${word}" is not on screen`);
		return box;
	}
}

/** The text a person sees there: `textContent` would run lines together. */
async function shownText(locator: Locator): Promise<string> {
	return flat((await locator.allInnerTexts()).join(' '));
}

/** One line, with plain spaces: VS Code writes U+00A0. */
export function flat(text: string): string {
	return text.replace(/[\s\u00a0]+/g, ' ').trim();
}
