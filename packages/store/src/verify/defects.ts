import type {RunId} from '@firstlight/core';

/**
 * What can be wrong with a folder: a value that was stored is gone, something is there twice, something cannot be read or contradicts itself, or lies there
 * without belonging to anything.
 */
export const defectKinds = ['lost', 'doubled', 'corrupt', 'orphaned'] as const;

/** One of `defectKinds`. */
export type DefectKind = (typeof defectKinds)[number];

/** Something that is not as it should be; `name` and the run are null where it is not about one value or run. */
export interface Defect {
  readonly kind: DefectKind;
  readonly proposal: number | null;
  readonly run: number | null;
  readonly name: string | null;
  readonly text: string;
}

/** What was found about the values of one run. */
export interface RunCheck {
  /** How many were looked at. */
  readonly values: number;
  readonly defects: readonly Defect[];
  /** False: somebody is storing values of this run at this moment, so that what is missing may be on its way. */
  readonly isSettled: boolean;
}

/** A defect of one value, or (without a name) of a run's file. */
export const defectOf = ({proposal, run}: RunId, kind: DefectKind, name: string | null, text: string): Defect => ({
  kind,
  proposal,
  run,
  name,
  text,
});
