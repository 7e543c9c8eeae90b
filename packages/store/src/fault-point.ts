/**
 * A named step at which a test can end this process as a power cut would: with `FIRSTLIGHT_FAULT=NAME` in the environment it kills itself here (SIGKILL);
 * with `FIRSTLIGHT_FAULT=stop:NAME` it only stops (SIGSTOP), as a machine that hangs.
 *
 * Steps: `fragment:before-rename`; in the writer, in this order, `writer:after-copy`, for each value whose data is kept `writer:before-keeping` and
 * `writer:after-keeping`, then `writer:before-rename`, `writer:after-rename`, `writer:before-commit`, `writer:after-commit`, `writer:between-unlinks`;
 * when kept data goes, `writer:before-pruning` and for each of it `writer:while-pruning`.
 */
export function faultPoint(name: string): void {
  const {FIRSTLIGHT_FAULT: wanted} = process.env;
  if (wanted === name) process.kill(process.pid, 'SIGKILL');
  if (wanted === `stop:${name}`) process.kill(process.pid, 'SIGSTOP');
}
