import {sentenceOf, isFirstlightError} from '@firstlight/core';
import {CommanderError} from 'commander';
import {program} from './program.ts';

/** Exit codes of every command: 0 done, 1 it could not be done (one sentence says why), 2 wrong usage. */
async function main(): Promise<number> {
  try {
    await program().parseAsync(process.argv);
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    process.stderr.write(`✗ ${isFirstlightError(error) ? error.message : `${sentenceOf(error)}\n${(error as Error).stack ?? ''}`}\n`);
    return isFirstlightError(error, 'usage') ? 2 : 1;
  }
}

// Who reads the output may have enough of it (`firstlight show | head`).
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});
process.exitCode = await main();
