import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

export interface ExpectedKey {
  shape: number[];
  dtype: string;
  units: string | null;
  counts: string;
  trains: string;
  data?: string;
  roi?: string | null;
  part: {shape: number[]; trains: string; data?: string};
  labelled?: {name: string; dims: string[]; attrs: Record<string, unknown>};
}

export interface ExpectedRun {
  run: number;
  kind: 'raw' | 'proc' | 'all';
  trains: string;
  timestamps: string;
  sources: Record<string, {control: boolean; class: string | null; keys: string[]; data: Record<string, ExpectedKey>}>;
}

const script = fileURLToPath(new URL('./examples.py', import.meta.url));
const python = fileURLToPath(new URL('../../../.venv/bin/python', import.meta.url));

/** A data root with runs of proposal 1234, and what extra_data reads from them; made once, then kept in the temporary folder. */
export function exampleRuns(): {root: string; expected: ExpectedRun[]} {
  const version = createHash('sha256').update(readFileSync(script)).digest('hex').slice(0, 12);
  const folder = join(tmpdir(), 'firstlight-tests');
  const root = join(folder, `examples-${version}`);
  mkdirSync(folder, {recursive: true});
  if (!existsSync(root)) {
    const beside = mkdtempSync(join(folder, 'making-'));
    execFileSync(python, ['-W', 'ignore', script, beside], {stdio: ['ignore', 'ignore', 'inherit']});
    try {
      renameSync(beside, root);
    } catch {
      rmSync(beside, {recursive: true}); // another test was faster
    }
  }
  return {root, expected: JSON.parse(readFileSync(join(root, 'expected.json'), 'utf8')) as ExpectedRun[]};
}
