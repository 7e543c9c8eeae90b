/** The thread that renews a lease: the writer itself may be busy for long. Ends with its process, and stops with it. */
import {parentPort, workerData} from 'node:worker_threads';
import {type LeaseRecord, renewLease} from './lease-file.ts';

const {path, lease} = workerData as {path: string; lease: LeaseRecord};
let {address} = lease;
let {counter} = lease;

function renew(): void {
  counter += 1;
  try {
    if (!renewLease(path, {...lease, address, counter})) clearInterval(timer); // lost: the writer finds out by itself before it writes again
  } catch {
    // A disk that is away for a moment; the next renewal may succeed.
  }
}

const timer = setInterval(renew, lease.everyMs);
parentPort?.on('message', (changed: string | null) => {
  address = changed;
  renew();
});
