import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {Experiment} from '@firstlight/engine';
import {createFolder} from '@firstlight/store';

/** A folder whose context file is edited again and again. */
export interface Describing extends AsyncDisposable {
  /** Saves another version of the context file; seconds until it is described. */
  describe(context: string): Promise<number>;
}

/** Opens a new folder in this process, with warm runners of a Python. */
export async function openDescribing(directory: string, python: string): Promise<Describing> {
  const dir = join(directory, 'described');
  createFolder(dir, {proposal: 1234, contextPython: python});
  const experiment = await Experiment.open(dir, {watch: false});
  let version = 0;
  return {
    async describe(context) {
      writeFileSync(join(dir, 'context.py'), `${context}\n# version ${(version += 1)}\n`);
      const begun = performance.now();
      const {problems} = await experiment.contextLoaded();
      if (problems.length > 0) throw new Error(`The context of the benchmark has a problem: ${problems[0]?.text}`);
      return (performance.now() - begun) / 1000;
    },
    [Symbol.asyncDispose]: async () => experiment[Symbol.asyncDispose](),
  };
}
