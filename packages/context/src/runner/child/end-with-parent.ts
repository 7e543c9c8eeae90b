import koffi from 'koffi';

const setParentDeathSignal = 1;
const killed = 9;

/** Asks the kernel (Linux) to end this process when the one that started it ends, however busy users' code keeps this one. */
export function endWithParent(): void {
  if (process.platform !== 'linux') return;
  const prctl = koffi.load(null).func('int prctl(int option, unsigned long, unsigned long, unsigned long, unsigned long)');
  prctl(setParentDeathSignal, killed, 0, 0, 0);
}
