import {resolve} from 'node:path';
import {isFirstlightError} from '@firstlight/core';
import {migrateFolder, type MigrationLine} from '@firstlight/store';
import {marks, outputFor} from '../output.ts';
import {stopSignal} from '../stop.ts';

/** Brings a folder of format 0 up to the current one, or tells what that would do; one that needs no migration is left as it is. */
export async function migrate(dir: string, {dryRun = false, json = false}: {dryRun?: boolean; json?: boolean}): Promise<void> {
  const output = outputFor({json});
  const signal = stopSignal();
  let notes = 0;
  for await (const line of linesOf(migrateFolder(resolve(dir), {dryRun, signal}))) {
    if (line.event === 'current') {
      output.result(line, `${marks.ok} ${line.text}`);
      return;
    }
    if (line.event === 'plan') {
      const names = line.variables.join(', ') || 'none';
      output.result(line, `format ${line.from} → ${line.to}: ${line.runs} runs, ${line.files} run files; variables: ${names}`);
    } else if (line.event === 'file') {
      const parts = line.parts.length > 0 ? `${dryRun ? 'would write anew' : 'wrote anew'} ${line.parts.join('; ')}` : 'stays as it is';
      output.result(line, `${marks.ok} ${line.file} (${line.done} of ${line.of}): ${parts}`);
    } else if (line.event === 'note') {
      notes += 1;
      output.result(line, `${marks.skipped} ${line.text}`);
    } else {
      output.result(
        line,
        `${marks.ok} values: ${line.values}, of runs: ${line.runs}; run files written anew: ${line.files}; the original is ${line.backup}`,
      );
    }
  }
  if (signal.aborted) {
    process.exitCode = 1;
    output.say('Stopped; the folder is as it was. The same command goes on from here.');
  } else if (dryRun) output.say('Nothing was changed.');
  if (notes > 0) output.say(`${notes} ${notes === 1 ? 'remark' : 'remarks'} above; nothing of the original is lost.`);
}

interface Current {
  readonly event: 'current';
  readonly version: number;
  readonly text: string;
}

/** What a migration tells; that there is nothing to do is no failure. */
async function* linesOf(migration: AsyncIterable<MigrationLine>): AsyncGenerator<MigrationLine | Current> {
  try {
    yield* migration;
  } catch (error) {
    if (!isFirstlightError(error, 'not-ancient') || !(Number(error.facts.version) > 0)) throw error;
    yield {event: 'current', version: Number(error.facts.version), text: error.message};
  }
}
