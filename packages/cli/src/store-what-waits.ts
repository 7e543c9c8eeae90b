import {existsSync} from 'node:fs';
import {isFirstlightError, sentenceOf} from '@firstlight/core';
import {openFolder, waitingFragments} from '@firstlight/store';
import type {Output} from './output.ts';
import {runCommand} from './run-command.ts';

/** Has values that were computed but are not in the table yet be stored, by the folder's owner or here; says so when that cannot be. */
export async function storeWhatWaits(dir: string, signal: AbortSignal, output: Pick<Output, 'say'>): Promise<void> {
  const {extractedData} = openFolder(dir);
  const waiting = existsSync(extractedData) ? waitingFragments(extractedData).flatMap(({fragments}) => fragments).length : 0;
  if (waiting === 0) return;
  const missing = (why: string): void =>
    output.say(`${waiting} ${waiting === 1 ? 'file' : 'files'} of new values will be missing, because they could not be stored: ${why}`);
  try {
    const lines = await Array.fromAsync(runCommand(dir, 'merge', {}, signal));
    const last = lines.at(-1);
    if (last?.event === 'finished' && last.waiting > 0) missing('see `firstlight merge`.');
  } catch (error) {
    if (!isFirstlightError(error)) throw error;
    missing(sentenceOf(error));
  }
}
