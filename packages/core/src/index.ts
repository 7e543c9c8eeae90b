// Errors
export {FirstlightError, isFirstlightError, sentenceOf} from './errors.ts';
// Model
export type {Activity, Attributes, Cell, CellState, Change, RunId, Summary, Trigger, Variable} from './model.ts';
export {arrayTypeOf, sizeOf} from './array.ts';
export type {Complex, DType, NDArray, TypedArray} from './array.ts';
export type {Coordinate, DataArray, Dataset} from './dataarray.ts';
// Names of files and variables
export {
  isMissingName,
  isVariableName,
  logFileName,
  proposalDirectoryName,
  runDirectoryName,
  runFileName,
  runOfFragment,
  unfinishedFragment,
} from './names.ts';
// What people type into a table
export {editableTypes, isEditableType, parseEditable} from './editable.ts';
export type {EditableType} from './editable.ts';
// Numbers as text
export {formatMeasured, formatNumber} from './format.ts';
// Selections of runs
export {parseRuns} from './runs.ts';
// Dependencies between variables, what a job runs, and why a value is missing
export {globExpression, isGlob} from './fnmatch.ts';
export {nameGroups} from './group-names.ts';
export type {GroupNode, NamedGroup} from './group-names.ts';
export {allDependencies, buildGraph, matchesOf} from './graph.ts';
export type {DeclaredVariable, Graph} from './graph.ts';
export {selectVariables, withDependencies, withoutProc} from './plan.ts';
export type {Selection} from './plan.ts';
export {givenTo, stages, withoutGiven} from './stages.ts';
export type {Language, Stage} from './stages.ts';
export {joinContexts} from './join-contexts.ts';
export type {JoinedContexts} from './join-contexts.ts';
export {dependencyError, dependencyTree} from './tree.ts';
export type {NamedError, VariableError} from './tree.ts';
// Summaries
export {summaryFromJson, summaryFromWire, summaryToJson} from './summary.ts';
export {featurePoints, trendline} from './trendline.ts';
export type {Trendline} from './trendline.ts';
export {colourise, viridis} from './colormap.ts';
// Texts that differ
export {unifiedDiff} from './unified-diff.ts';
// The origin of values
export * as origins from './wire/origin.ts';
export {dataIdentity, identityText} from './wire/origin.ts';
export type {ContextVersion, Environment, Origin, OriginInput, OriginStep, RequestOrigin, VariableCode} from './wire/origin.ts';
// What is stale
export {judge} from './staleness.ts';
export {staleness, valueStates} from './staleness/facts.ts';
export type {JudgedVariable, Judgement, RecordedOrigins, Staleness, StalenessFacts} from './staleness/facts.ts';
export {whyText} from './staleness/why.ts';
export type {Why} from './staleness/why.ts';
// What is told about work
export {jobEvents, openJob} from './wire/job.ts';
export type {
  AllFinished,
  JobDebugger,
  JobEvent,
  JobFinished,
  JobOutcome,
  JobQueued,
  JobStarted,
  JobValue,
  OpenJob,
  ValueState,
} from './wire/job.ts';
// The runner protocol
export * as wire from './wire/runner.ts';
export type {
  DescribedEvent,
  ForeignValue,
  GroupInfo,
  Needs,
  Problem,
  RunnerEvent,
  RunnerRequest,
  ValueEvent,
  VariableInfo,
  VariableInput,
  WireSummary,
} from './wire/runner.ts';
