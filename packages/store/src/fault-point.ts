import {unlinkSync} from 'node:fs';
import {join} from 'node:path';

/**
 * A named step at which a test can end this process as a power cut would: with `FIRSTLIGHT_FAULT=NAME` in the environment it kills itself here (SIGKILL);
 * with `FIRSTLIGHT_FAULT=stop:NAME` it only stops (SIGSTOP), as a machine that hangs. With `FIRSTLIGHT_FAULTS=DIRECTORY` the first process that comes to a
 * step and finds a file of its name there removes the file and kills itself: so a test chooses one step after the other while everything runs.
 *
 * Steps: `fragment:before-rename` and `fragment:after-rename` in a runner; `queue:before-rename`, `queue:after-rename`, `queue:after-removal`,
 * `feed:before-append` and `feed:after-append` in the server; in the writer, in this order, `writer:after-copy`, for each value whose data is kept
 * `writer:before-keeping` and `writer:after-keeping`, then `writer:before-rename`, `writer:after-rename`, `writer:before-commit`, `writer:after-commit`,
 * `writer:between-unlinks`; when kept data goes, `writer:before-pruning` and for each of it `writer:while-pruning`.
 */
export function faultPoint(name: string): void {
  const {FIRSTLIGHT_FAULT: wanted, FIRSTLIGHT_FAULTS: chosen} = process.env;
  if (wanted === name || (chosen !== undefined && isChosen(join(chosen, name)))) process.kill(process.pid, 'SIGKILL');
  if (wanted === `stop:${name}`) process.kill(process.pid, 'SIGSTOP');
}

// Only one process can remove the file.
function isChosen(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch {
    return false;
  }
}
