// An experiment folder at work
export {Experiment} from './experiment.ts';
export type {ExperimentOptions} from './options.ts';
export type {Health} from './health.ts';
// What can be asked by name
export {commandNamed, commands} from './commands/index.ts';
export type {CommandLine, CommandName, CommandRequest} from './commands/index.ts';
export {parseRequest} from './commands/command.ts';
export type {Command} from './commands/command.ts';
// A context file by itself
export {describeContext} from './describe.ts';
export type {DescribeOptions} from './describe.ts';
// Work
export type {ProcessRequest} from './request.ts';
// Versions of values
export type {Differing, VersionDiff} from './history/version-diff.ts';
export type {VersionLine} from './history/as-json.ts';
// The table and its changes
export {startTimeName, Table} from './table.ts';
export type {RunRow, Variable} from './table.ts';
export {activityCodes, held, stateCodes} from './table/column.ts';
export type {TableColumn} from './table/column.ts';
export {Feed} from './feed/feed.ts';
export type {FeedItem, FeedOptions, FeedReset} from './feed/feed.ts';
export type {FeedChange} from './feed/encoding.ts';
// Logs
export {silentLog, stderrLog} from './log.ts';
export type {Log} from './log.ts';
