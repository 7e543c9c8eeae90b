import type {NDArray, RunId} from '@firstlight/core';
import type {Experiment, Feed, Table} from '@firstlight/engine';

export type {FeedItem, RunRow as Row, Variable as Column} from '@firstlight/engine';

/** What reading one value gives. */
export interface ReadValue {
  readonly kind: string;
  readonly array?: NDArray;
  readonly dims?: readonly string[];
  readonly coords?: Readonly<Record<string, NDArray & {readonly dims?: readonly string[]}>>;
  readonly units?: string;
  readonly figure?: string;
  readonly png?: Uint8Array;
}

/** Reads what does not fit into a cell. */
export interface ValueReader {
  readData(dir: string, run: RunId, name: string, options?: {slice?: unknown}): Promise<ReadValue>;
  previewPng(dir: string, run: RunId, name: string): Promise<Uint8Array | undefined>;
}

/** What the server needs of an experiment; the engine's `Experiment` is one. */
export interface ServedExperiment extends Pick<Experiment, 'id' | 'folder' | 'proposals' | 'process' | 'cancel' | 'problems' | 'health'> {
  readonly table: Pick<Table, 'variables' | 'runs' | 'cell' | 'cells'>;
  readonly changes: Pick<Feed, 'current' | 'since'>;
  readonly reader: ValueReader;
}
