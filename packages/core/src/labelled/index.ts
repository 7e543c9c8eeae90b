// Labelled arrays with methods; plain ones, as stored, are core's interfaces DataArray and Dataset
export {DataArray, dataArray} from './data-array.ts';
export type {DataArrayOptions, Other} from './data-array.ts';
export type {Dims} from './reductions.ts';
export {Dataset, dataset} from './dataset.ts';
export type {DatasetOptions} from './dataset.ts';
export {concat} from './join.ts';
export {labelled} from './wrap.ts';
export type {GroupBy} from './group-by.ts';
export type {CoordinateValues, Nested, Values} from './construct.ts';
export type {Indexer, Label, LabelIndexer, LabelRange, Slice} from './select.ts';
export type {ReductionName, ReductionOptions} from './reduce.ts';
export type {Row} from './describe.ts';
