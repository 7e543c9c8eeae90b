import {relative} from 'node:path';
import {importBundle} from '@firstlight/store';
import {defaultPython} from '../environment.ts';
import {outputFor} from '../output.ts';
import {progressOn} from '../progress.ts';
import {stopSignal} from '../stop.ts';

/** Makes an experiment folder of a bundle. */
export async function importFolder(file: string, dir: string, options: {json?: boolean}): Promise<void> {
  const output = outputFor(options);
  const signal = stopSignal();
  try {
    await importBundle(file, dir, {contextPython: defaultPython(), signal, onProgress: progressOn(process.stderr, 'bytes')});
    output.result(
      {event: 'imported', file, folder: dir},
      `${relative('.', dir) || '.'} is an experiment folder now; \`firstlight show --folder ${dir}\` shows it.`,
    );
  } catch (error) {
    if (!signal.aborted) throw error;
    output.say('Stopped; nothing was made.');
    process.exitCode = 1;
  }
}
