// Starts programs and explains their failures in one sentence.
import {spawn} from 'node:child_process';
import {statfsSync} from 'node:fs';

/** A failure a person can act on: printed as it is, without a stack. */
export class SetupError extends Error {}

/**
 * Runs a program to its end and returns what it printed. `isBroken` looks at the output of a program that ends well although it failed.
 *
 * @throws SetupError that says what failed, why (no network, disk full, …) and what to do.
 */
export function run(command, args, {cwd, env, what, signal, isBroken = () => false}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {cwd, env: {...process.env, ...env}, stdio: ['ignore', 'pipe', 'pipe'], signal});
    const output = [];
    child.stdout.on('data', (chunk) => output.push(chunk));
    child.stderr.on('data', (chunk) => output.push(chunk));
    child.on('error', (error) => reject(new SetupError(`${what} failed: ${error.message}.`)));
    child.on('close', (code) => {
      const text = Buffer.concat(output.map((piece) => Buffer.from(piece))).toString();
      if (code === 0 && !isBroken(text)) resolve(text);
      else reject(new SetupError(explain(what, text, code, cwd)));
    });
  });
}

const reasons = [
  [/ENOSPC|No space left on device|disk quota/i, () => 'the disk is full; make room (about 2 GB are needed) and start again'],
  [
    /EROFS|EACCES|Permission denied|Read-only file system/i,
    (cwd) => `${cwd} cannot be written; clone into a folder of yours and start again`,
  ],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|Temporary failure in name resolution|NewConnectionError|No matching distribution|Failed to establish/i,
    () => 'the package registry cannot be reached; connect to the network (or set a proxy or mirror for npm and pip) and start again',
  ],
  [/ensurepip/i, () => 'this Python has no venv module; install it (on Debian: apt install python3-venv) and start again'],
];

function explain(what, text, code, cwd) {
  if (freeBytes(cwd) < 50_000_000) return `${what} failed: ${reasons[0][1]()}.`;
  const reason = reasons.find(([pattern]) => pattern.test(text));
  if (reason) return `${what} failed: ${reason[1](cwd)}.`;
  const tail = text.trim().split('\n').slice(-12).join('\n  ');
  return `${what} failed with exit code ${code}. Its last words:\n  ${tail}`;
}

function freeBytes(path) {
  const {bavail, bsize} = statfsSync(path);
  return bavail * bsize;
}
