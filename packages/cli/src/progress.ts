const shownEveryMs = 200;
const clearLine = '\r\u001b[K';

/** Shows how far something is, in one line of a terminal that is gone at the end; says nothing where no person looks. */
export function progressOn(stream: NodeJS.WriteStream, unit: string): (done: number, total: number) => void {
  let last = -Infinity;
  return (done, total) => {
    if (!stream.isTTY) return;
    const isEnd = done >= total;
    if (!isEnd && performance.now() - last < shownEveryMs) return;
    last = performance.now();
    stream.write(isEnd ? clearLine : `${clearLine}${done} of ${total} ${unit} (${Math.floor((100 * done) / total)} %)`);
  };
}
