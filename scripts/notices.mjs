/** Names, licences and notices of the packages that a build puts into what ships. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { init } from 'license-checker-rseidelsohn';

/** What is asked of the library. */
const WANTED = { repository: '', path: '', licenseFile: '', licenseText: '' };
/** What a package says of others that it has parts of. */
const NOTICE = /^(?:notice|third[-_ ]?party[-_ ]?notices?)(?:\.(?:md|txt))?$/i;
const RULE = '='.repeat(80);

/**
 * The folders of the packages that the inputs of a build lie in.
 * @param {readonly string[]} inputs paths of a metafile, relative to the root
 * @returns {Set<string>} relative to the root, with "/"
 */
export function packagesOf(inputs) {
	// Of a package inside another one it is the inner.
	const folders = inputs.map((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0]);
	return new Set(folders.filter((folder) => folder !== undefined));
}

/**
 * One notice for all packages: name, version and licence of each, the text of its licence and its own notices.
 * @param {string} root folder with node_modules
 * @param {ReadonlySet<string>} folders of the packages, relative to the root
 * @throws where one has no text of a licence
 */
export async function notices(root, folders) {
	const installed = await promisify(init)({ start: root, customFormat: WANTED });
	const packages = [...folders].map((folder) => JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')));
	const entries = new Map(packages.map(({ name, version }) => [`${name}@${version}`, `${name} ${version}`]));
	const texts = [...entries].sort().map(([key, title]) => entry(title, installed[key]));
	return `GUP Lens contains the packages below, each under its own licence.\n${texts.join('')}`;
}

/** @param {string} title @param {import('license-checker-rseidelsohn').ModuleInfo | undefined} found */
function entry(title, found) {
	const { licenses, repository, path = '', licenseFile = '', licenseText } = found ?? {};
	// Without a file of its own, the library takes what a README says.
	if (!licenseText || /readme/i.test(licenseFile)) throw new Error(`${title} ships without the text of its licence`);
	const own = readdirSync(path).filter((name) => NOTICE.test(name));
	const about = [`${title} (${licenses})`, ...(repository ? [repository] : [])].join('\n');
	const texts = [about, licenseText, ...own.map((name) => readFileSync(join(path, name), 'utf8'))];
	return `\n${RULE}\n${texts.map((text) => text.replace(/\r\n?/g, '\n').trim()).join('\n\n')}\n`;
}
