import {existsSync} from 'node:fs';
import {isFirstlightError, sentenceOf} from '@firstlight/core';
import {openFolder, waitingFragments} from '@firstlight/store';
import type {Output} from './output.ts';
import {openOrOwner} from './run-command.ts';

/** Has values that were computed but are not in the table yet be stored; says so when that cannot be. */
export async function storeWhatWaits(dir: string, output: Pick<Output, 'say'>): Promise<void> {
  const {extractedData} = openFolder(dir);
  const waiting = existsSync(extractedData) ? waitingFragments(extractedData).flatMap(({fragments}) => fragments).length : 0;
  if (waiting === 0) return;
  const missing = `${waiting} ${waiting === 1 ? 'file' : 'files'} of new values may be missing`;
  try {
    const owner = await openOrOwner(dir, {compute: false}); // who takes a folder stores what lies there
    if (typeof owner === 'string') output.say(`${missing}: the server at ${owner} is about to store them.`);
    else await owner[Symbol.asyncDispose]();
  } catch (error) {
    if (!isFirstlightError(error)) throw error;
    output.say(`${missing}: ${sentenceOf(error)}`);
  }
}
