import {readFileSync} from 'node:fs';
import {hostname} from 'node:os';

/** Where a process runs: processes with the same `boot` share one running system, with its locks and its process ids. */
export interface Machine {
  readonly host: string;
  readonly boot: string;
}

/** This machine. Tests say another with `FIRSTLIGHT_MACHINE=HOST/BOOT`. */
export function thisMachine(environment: NodeJS.ProcessEnv = process.env): Machine {
  const [host, boot] = environment['FIRSTLIGHT_MACHINE']?.split('/') ?? [];
  return host !== undefined && boot !== undefined ? {host, boot} : {host: hostname(), boot: bootId()};
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return hostname(); // elsewhere than on Linux the host's name has to do
  }
}
