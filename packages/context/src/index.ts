// Variables and what they ask for
export {variable, Variable} from './variable.ts';
export type {VariableOptions} from './variable.ts';
export {glob, meta, optional} from './inputs.ts';
export type {Arguments, Glob, Input, Inputs, Meta, MetaFields, Optional} from './inputs.ts';
// What they return
export {Cell} from './cell.ts';
export type {CellOptions} from './cell.ts';
export {Skip} from './skip.ts';
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
