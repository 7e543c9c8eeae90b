import {setImmediate} from 'node:timers/promises';

/** Rows encoded in one go: a few milliseconds of work for wide tables. */
export const rowsAtOnce = 128;

/** Lets everyone else have a turn between two pieces of a long answer. */
export const breathe = (): Promise<void> => setImmediate();
