/** Where the project is at home. A placeholder until it has an address: this is the one place to put it. */
const HOME = 'https://example.org/gup-lens';

/** What package registries and marketplaces want to know. */
export const addresses = {
	homepage: `${HOME}#readme`,
	repository: { type: 'git', url: `${HOME}.git` },
	bugs: { url: `${HOME}/issues` },
} as const;
