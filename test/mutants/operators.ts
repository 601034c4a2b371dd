/** All ways to put a fault into a program. */
import type { Operator } from './operator.js';
import { CONTEXT } from './operators/context.js';
import { PATHS } from './operators/paths.js';
import { RELEASES } from './operators/releases.js';
import { TAKING } from './operators/taking.js';

export const OPERATORS: readonly Operator[] = [...RELEASES, ...PATHS, ...TAKING, ...CONTEXT];
