import {openFile, serveCalls, setReadLimit} from '@firstlight/hdf5';
import {touchEverything} from './touch-everything.ts';

serveCalls({
  echo: (value: unknown) => value,
  fail: () => {
    throw new Error('on purpose');
  },
  crash: () => process.kill(process.pid, 'SIGKILL'),
  exit: () => process.exit(7),
  // Blocks the thread as a library call on a dead disk would.
  block: (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms),
  read: ({path, name}: {path: string; name: string}) => {
    using file = openFile(path, 'r');
    return file.read(name);
  },
  touch: ({path, limitBytes}: {path: string; limitBytes: number}) => {
    setReadLimit(limitBytes);
    return touchEverything(path);
  },
});
