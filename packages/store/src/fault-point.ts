/**
 * A named step at which a test can end this process as a power cut would: with `FIRSTLIGHT_FAULT=NAME` in the environment it kills itself here (SIGKILL).
 *
 * Steps: `fragment:before-rename`; in the writer, in this order, `writer:after-copy`, for each value whose data is kept `writer:before-keeping` and
 * `writer:after-keeping`, then `writer:before-rename`, `writer:after-rename`, `writer:before-commit`, `writer:after-commit`, `writer:between-unlinks`.
 */
export function faultPoint(name: string): void {
  if (process.env.FIRSTLIGHT_FAULT === name) process.kill(process.pid, 'SIGKILL');
}
