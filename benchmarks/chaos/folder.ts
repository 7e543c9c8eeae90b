import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {createFolder} from '@firstlight/store';

export const python = fileURLToPath(new URL('../../.venv/bin/python', import.meta.url));
export const proposal = 1234;

/** Each value tells its run, so that a reader can say of any of them whether it is right (`reader.py`). */
const contexts = {
  'context.py': `from damnit_ctx import Variable
import numpy as np
import xarray as xr

@Variable(title="Number")
def number(run, n: "meta#run_number"):
    return n

@Variable(title="Line", summary="mean")
def line(run, n: "var#number"):
    return np.arange(1000.0) + n

@Variable(title="Picture")
def picture(run, n: "var#number"):
    return np.full((64, 64), float(n))

@Variable(title="Labelled")
def labelled(run, n: "var#number"):
    return xr.DataArray(np.arange(100.0) * n, dims="energy", coords={"energy": np.arange(100.0)})

@Variable(title="Words")
def words(run, n: "var#number"):
    return f"run {n}"

@Variable(title="Broken")
def broken(run, n: "var#number"):
    raise ValueError(f"no beam in run {n}")
`,
  'context.ts': `import {meta, stored, variable} from '@firstlight/context';

/** Twice the run's number. */
export const twice = variable({title: 'Twice', inputs: {n: meta('run_number')}}, ({n}) => 2 * n);
/** A line that begins at the run's number. */
export const ramp = variable({title: 'Ramp', inputs: {n: meta('run_number')}}, ({n}) => Float64Array.from({length: 1000}, (_, i) => n + i));
/** What the other language says. */
export const told = variable({title: 'Told', inputs: {text: stored<string>('words')}}, ({text}) => \`told: \${text}\`);
/** A sum. */
export const sum = variable({title: 'Sum', inputs: {twice}}, ({twice}) => twice + 1);
`,
} as const;

/** The variables of both contexts. */
export const names = ['number', 'line', 'picture', 'labelled', 'words', 'broken', 'twice', 'ramp', 'told', 'sum'] as const;

/** Makes an experiment folder with a context in each language, and a directory for the steps that are to end a process. */
export function chaosFolder(directory: string): {dir: string; steps: string} {
  const [dir, steps] = [join(directory, 'folder'), join(directory, 'steps')];
  createFolder(dir, {proposal, contextPython: python});
  for (const [file, text] of Object.entries(contexts)) writeFileSync(join(dir, file), text);
  mkdirSync(steps);
  return {dir, steps};
}
