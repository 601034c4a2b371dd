/** Hover, completion, signature help and `gup-lens explain`: text in, plain data out, no parsing. */
export { aboutCall } from './call.js';
export { completionsAt } from './completion.js';
export {
	endingWords,
	isWrong,
	journeyWords,
	nothingTakenWords,
	nothingWords,
	stateWords,
	stepWords,
	whyNot,
} from './flow.js';
export { type Hover, hoverAt } from './hover.js';
export { explainName } from './name.js';
export { partnersLine, partnersMarkdown, type ToLine } from './partners.js';
export {
	type LifeCall,
	type LifeEnd,
	type PagePath,
	type PagePaths,
	type PathStep,
	pagePaths,
	relocated,
	type StepKind,
} from './paths.js';
export type { PagesState, Quantity } from './quantities.js';
export { type SignatureHelp, signatureAt } from './signature.js';
