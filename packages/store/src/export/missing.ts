import {type RunId, sentenceOf} from '@firstlight/core';
import {isDiskFull} from '../folder/errors.ts';

/** Whether an error is about the file of one run, which others can do without. */
export const isAboutData = (error: unknown): boolean =>
  !isDiskFull(error) && /^(?:hdf5-|damaged-|no-value)/.test(String((error as {code?: unknown}).code));

/** What is said of a run whose data cannot be read. */
export const missing = ({proposal, run}: RunId, error: unknown): string =>
  `The data of run ${run} of proposal ${proposal} are missing: ${sentenceOf(error)}`;
