/** One version for extension, server and command line. */
export { version } from '../../package.json';
