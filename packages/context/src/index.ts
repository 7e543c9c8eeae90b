// Variables and what they ask for
export {variable, Variable} from './variable.ts';
export type {Summary, VariableOptions} from './variable.ts';
export {glob, meta, mymdc, optional, param, stored} from './inputs.ts';
export type {Arguments, Glob, Input, Inputs, Meta, MetaFields, Mymdc, MymdcFields, Optional, Param, Stored, Technique} from './inputs.ts';
export {needs} from './needs.ts';
export type {Needs} from './needs.ts';
// Groups of variables, and the schemas of their parameters
export {group} from './group/group.ts';
export type {GroupContext, GroupFactory} from './group/group.ts';
export {isLinked, link, optionalLink, optionalVariableLink, variableLink} from './group/link.ts';
export type {InstanceOf} from './group/link.ts';
export {Group, GroupError} from './group/instance.ts';
export type {GroupSettings} from './group/instance.ts';
export {z} from 'zod';
// What they return
export {Cell, cell} from './cell.ts';
export type {CellOptions} from './cell.ts';
export {Skip, skip} from './skip.ts';
export type {DataOf, NestedNumbers, Picture, PlotlyFigure, Result, Scalar, Storable} from './results.ts';
// Numbers from arrays
export {
  max,
  mean,
  median,
  min,
  nanmax,
  nanmean,
  nanmedian,
  nanmin,
  nanstd,
  nansum,
  std,
  sum,
  variance,
} from './reduce.ts';
export type {Numbers} from './reduce.ts';
export type {SummaryName} from './summary-names.ts';
// Labelled arrays: numbers with named dimensions and labels
export {concat, DataArray, dataArray, Dataset, dataset, labelled} from '@firstlight/core/labelled';
export type {
  CoordinateValues,
  DataArrayOptions,
  DatasetOptions,
  GroupBy,
  Indexer,
  Label,
  LabelIndexer,
  LabelRange,
  ReductionName,
  ReductionOptions,
  Slice,
} from '@firstlight/core/labelled';
// Figures
export {plotly} from './figures/plotly.ts';
export {png} from './figures/png.ts';
export {svg} from './figures/svg.ts';
