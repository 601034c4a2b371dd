/** The views of the desktop, in a bundle of their own. */
export { registerAudit } from './audit/view.js';
export { registerPaths } from './paths/view.js';
