import { version } from '../../package.json';

/** One version for extension, server and command line. */
export { version };

/** What a report was written by. */
export const tool = { name: 'gup-lens', version } as const;
