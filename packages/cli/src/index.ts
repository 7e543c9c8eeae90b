/**
 * For programs on the machine that has the data: an experiment by its server's address or by its folder, with the same calls.
 *
 * @module
 * @example
 * import {open} from 'firstlight';
 *
 * await using experiment = await open('/data/p1234');
 * console.log(await experiment.read(7, 'xgm.energy'));
 */
export {open} from './local/open.ts';
export type {OpenOptions} from './local/open.ts';
export * from './local/client.ts';
