import {FirstlightError} from '@firstlight/core';
import type {Run} from '../run.ts';

/** A light source of the European XFEL. */
export type Sase = 1 | 2 | 3;

const prefixes: Readonly<Record<Sase, readonly string[]>> = {
  1: ['SA1', 'LA1', 'SPB', 'FXE'],
  2: ['SA2', 'LA2', 'MID', 'HED'],
  3: ['SA3', 'LA3', 'SCS', 'SQS', 'SXP'],
};

/** The SASE at which a device is, by the first part of its name; undefined for those of no SASE. */
export const saseOfSource = (source: string): Sase | undefined =>
  ([1, 2, 3] as const).find((sase) => prefixes[sase].includes(source.split('_')[0] as string));

/**
 * The SASE whose light a run was taken with, guessed from the names of its sources. SASE 3 lies behind SASE 1, so a run with sources of both is one of SASE 3.
 *
 * @throws FirstlightError `unknown-sase`.
 */
export function identifySase(run: Run): Sase {
  const found = [...new Set(run.sources.map(saseOfSource).filter((sase) => sase !== undefined))].sort((a, b) => a - b);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  if (found.join() === '1,3') return 3;
  const saying = found.length === 0 ? 'none of its sources is of a SASE' : `its sources are of SASE ${found.join(' and ')}`;
  throw new FirstlightError('unknown-sase', `Run ${run.run} may be of any SASE: ${saying}; say which with {sase: 1}, 2 or 3.`, {
    facts: {run: run.run, found},
  });
}
