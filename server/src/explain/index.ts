/** Hover, completion, signature help and `gup-lens explain`: text in, plain data out, no parsing. */
export { type Completions, completionsAt, type FlagCompletion } from './completion.js';
export { type Hover, type HoverOptions, hoverAt } from './hover.js';
export { apiMarkdown, exceptionMarkdown, flagMarkdown, releaseMarkdown } from './markdown.js';
export { explainName } from './name.js';
export { type SignatureHelp, type SignatureParameter, signatureAt } from './signature.js';
