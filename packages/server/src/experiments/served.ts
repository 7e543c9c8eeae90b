import type {Experiment, Feed, Table} from '@firstlight/engine';
import type {ReaderProcess} from '@firstlight/store';

export type {OpenJob} from '@firstlight/core';
export type {FeedItem, RunRow as Row, Variable as Column} from '@firstlight/engine';
export type {ReadValue, ValueDescription} from '@firstlight/store';

/** What the server needs of an experiment; the engine's `Experiment` is one. */
export interface ServedExperiment
  extends Pick<
    Experiment,
    'id' | 'folder' | 'proposals' | 'loaded' | 'process' | 'submit' | 'command' | 'cancel' | 'jobs' | 'problems' | 'health'
  > {
  readonly table: Pick<Table, 'variables' | 'runs' | 'cell' | 'column' | 'positionsOf'>;
  readonly changes: Pick<Feed, 'current' | 'since'>;
  readonly reader: Pick<ReaderProcess, 'describeValue' | 'extractValue' | 'readData' | 'readPreview' | 'previewPng' | 'history'>;
}
