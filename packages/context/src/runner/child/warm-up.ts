import {mkdtempSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {summarise, writeFragment} from '@firstlight/store';

/**
 * Stores a number where nobody looks, so that the HDF5 library is loaded and our code compiled before the first real value.
 *
 * @param folder where it may leave a file for a moment.
 */
export function warmUp(folder: string): void {
  try {
    const place = mkdtempSync(join(folder, 'warm-up-'));
    const cell = {data: 0};
    summarise(cell);
    writeFragment(place, {proposal: 1, run: 1}, [{name: 'nothing', outcome: {state: 'ok', cell}}]);
    rmSync(place, {recursive: true, force: true});
  } catch {
    // Whatever is wrong here, the first real value meets it too, and can say whose it is.
  }
}
