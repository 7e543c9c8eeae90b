import type {ExperimentFolder} from '@firstlight/store';
import type {Report} from '../harness.ts';
import type {Peer} from './peer.ts';

/** What the parts of this benchmark share; what takes long to make is made once. */
export interface Places {
  /** Of the operating system, for this benchmark alone. */
  readonly directory: string;
  /** A folder of so many runs of 300 variables, with all their values. */
  readonly folder: (runs: number) => Promise<ExperimentFolder>;
  /** The official damnit; undefined when it is left out. */
  readonly peer: () => Promise<Peer | undefined>;
  /** Against a bar, and against the official damnit. */
  readonly bars: Report;
  readonly official: Report;
}
