import {type ChildProcess, spawn} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

export const launcher = fileURLToPath(new URL('../bin/firstlight.mjs', import.meta.url));

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
  /** Standard output as JSON lines. */
  lines: Record<string, unknown>[];
}

/** Starts the real command in a process of its own. */
export const start = (args: readonly string[], options: {cwd?: string; uid?: number; gid?: number} = {}): ChildProcess =>
  spawn(process.execPath, [launcher, ...args], {stdio: ['ignore', 'pipe', 'pipe'], ...options});

/** Runs the real command to its end. */
export async function firstlight(args: readonly string[], options: {cwd?: string; uid?: number; gid?: number} = {}): Promise<Outcome> {
  const child = start(args, options);
  const output = {stdout: '', stderr: ''};
  child.stdout?.on('data', (chunk) => (output.stdout += String(chunk)));
  child.stderr?.on('data', (chunk) => (output.stderr += String(chunk)));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return {code, ...output, lines: output.stdout.split('\n').flatMap(asJson)};
}

const asJson = (line: string): Record<string, unknown>[] => {
  try {
    return [JSON.parse(line) as Record<string, unknown>];
  } catch {
    return []; // text for people
  }
};

/** A temporary directory that goes with its scope. */
export function temporaryDirectory(): {path: string} & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'firstlight-cli-'));
  return {path, [Symbol.dispose]: () => rmSync(path, {recursive: true, force: true})};
}

/** Waits until a process prints something that matches on standard output. */
export function printed(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    let text = '';
    const take = (chunk: Buffer) => {
      text += String(chunk);
      const match = pattern.exec(text);
      if (match) resolve(match);
    };
    child.stdout?.on('data', take);
    child.stderr?.on('data', take);
    child.on('close', (code) => reject(new Error(`ended with ${code} before it printed ${pattern}: ${text}`)));
  });
}
