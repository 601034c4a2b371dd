/** What kernel functions do with pages that were taken: who gets at them, who keeps them. Look-ups only. */
export { loadsFrom, storesInto } from './cpu.js';
export { addressTaker, type Direction, deviceCall, directionOf, type Lasting, toDeviceOrder } from './device.js';
export {
	callsDestructor,
	dropsReference,
	endsWork,
	INVALIDATES,
	insertion,
	isCompletionField,
	keepsNothing,
	makesObject,
	NOTIFIER_HINT,
	NOTIFIERS,
	namedRelease,
	newOwner,
	owningType,
	registersCompletion,
	TOLD,
} from './keep.js';
export { freesHolder, type ListCall, listCall, looksAtPage, unmaps, type View, viewOf } from './views.js';
