import { type Browser, chromium, type Page } from 'playwright-core';
import { findChromium } from '../../scripts/editors/programs.js';

/** A headless browser that notes every request to another host than this one. */
export interface Watched {
	readonly page: Page;
	/** Origins outside of this machine that were asked for anything. */
	readonly offsite: ReadonlySet<string>;
	close(): Promise<void>;
}

const quietArguments = [
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];

/** Opens an address in a window of 1280 by 800 CSS pixels. */
export async function openBrowser(url: string): Promise<Watched> {
	const executablePath = findChromium();
	if (executablePath === undefined) throw new Error('no chromium');
	const browser: Browser = await chromium.launch({ executablePath, args: quietArguments });
	const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1 });
	// Webview content would come from elsewhere; nothing here shows any.
	await context.grantPermissions(['clipboard-read', 'clipboard-write']);
	const page = await context.newPage();
	const offsite = new Set<string>();
	const note = (address: string) => {
		const { protocol, hostname, origin } = new URL(address);
		const local = ['127.0.0.1', 'localhost'].includes(hostname) || hostname.endsWith('.localhost');
		if (/^(https?|wss?):$/.test(protocol) && !local) offsite.add(origin);
	};
	page.on('request', (request) => note(request.url()));
	page.on('websocket', (socket) => note(socket.url()));
	await page.goto(url);
	return { page, offsite, close: () => browser.close() };
}
