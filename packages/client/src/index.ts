/**
 * Reads and steers an experiment from a program, in Node and in the browser; needs nothing but `fetch`.
 *
 * `open` takes a server's address. `import {open} from 'firstlight'` gives the same calls for a folder on this machine, too.
 *
 * @module
 * @example
 * import {open} from '@firstlight/client';
 * import type {Experiment} from './experiment.d.ts'; // firstlight types > experiment.d.ts
 *
 * const experiment = await open<Experiment>('http://127.0.0.1:8080');
 * const energy = await experiment.read(7, 'xgm.energy'); // a wrong name does not compile
 */
// Opening
export {experimentsAt, open} from './open.ts';
export type {ExperimentInfo, OpenOptions} from './open.ts';
export {RemoteExperiment} from './experiment.ts';
export type {ChangesOptions, ProcessRequest, RunRef, SetOptions, StaleCell, Version} from './experiment.ts';
// The table
export {Table} from './table/table.ts';
export {Column} from './table/column.ts';
export type {TableSelection} from './table/select.ts';
export type {CellValue, Run} from './facts.ts';
export type {Variable} from '@firstlight/core';
// What variables give
export type {AnyVariables, Figure, Picture, ReadOptions, Value} from './values/value.ts';
// What happens
export type {ChangeItem} from './changes/item.ts';
export type {JobEvent, OpenJob} from '@firstlight/core';
// How requests travel, for those who bring their own way
export {overHttp} from './transport.ts';
export type {Transport} from './transport.ts';
export {linesOf} from './lines.ts';
// From core, because values are made of it
export {FirstlightError, isFirstlightError} from '@firstlight/core';
export type {Cell, Complex, NDArray, RunId, Summary} from '@firstlight/core';
export {DataArray, Dataset} from '@firstlight/core/labelled';
