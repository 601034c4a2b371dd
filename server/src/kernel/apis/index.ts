/** Every API record, by group. */

import type { ApiRecord } from '../types.js';
import { dirty } from './dirty.js';
import { extract } from './extract.js';
import { get } from './get.js';
import { helper } from './helper.js';
import { iovIter } from './iov-iter.js';
import { pin } from './pin.js';
import { release } from './release.js';
import { subsystem } from './subsystem.js';
import { walk } from './walk.js';

export const API_RECORDS: readonly ApiRecord[] = [
	...get,
	...pin,
	...iovIter,
	...extract,
	...release,
	...walk,
	...dirty,
	...helper,
	...subsystem,
];

export const API_NAMES: ReadonlySet<string> = new Set(API_RECORDS.map((record) => record.name));
