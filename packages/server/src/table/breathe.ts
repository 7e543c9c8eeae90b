import {setImmediate} from 'node:timers/promises';

/** Cells encoded in one go: a few milliseconds of work. */
export const cellsAtOnce = 50_000;

/** Lets everyone else have a turn between two pieces of a long answer. */
export const breathe = (): Promise<void> => setImmediate();
