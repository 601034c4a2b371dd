/** What a configuration file is called; kept apart, so that the name costs nothing to load. */
export const CONFIGURATION = '.gup-lens.json';
