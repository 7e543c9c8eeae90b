/** Tells whether a signal has come; asked as a function because the answer changes while we wait. */
export const isAborted = (signal: AbortSignal | undefined): boolean => signal?.aborted === true;

/** Waits for something or the signal, whichever is first; leaves nothing behind. */
export async function settledOrAborted(something: Promise<unknown>, signal: AbortSignal | undefined): Promise<void> {
  if (isAborted(signal)) return;
  const {promise, resolve} = Promise.withResolvers<unknown>();
  signal?.addEventListener('abort', resolve, {once: true});
  await Promise.race([something, promise]);
  signal?.removeEventListener('abort', resolve);
}
