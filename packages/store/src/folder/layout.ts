import {existsSync} from 'node:fs';
import {dirname, join, resolve} from 'node:path';

export type ContextLanguage = 'python' | 'typescript';

/** Where things are in an experiment folder. Pure paths: nothing is checked. */
export interface FolderPaths {
  readonly dir: string;
  readonly database: string;
  readonly extractedData: string;
  readonly processLogs: string;
  /** Ours alone; DAMNIT ignores it. */
  readonly privateDir: string;
  readonly quarantine: string;
}

/** The paths of the folder `dir`. */
export function pathsOf(dir: string): FolderPaths {
  const root = resolve(dir);
  const privateDir = join(root, '.firstlight');
  return {
    dir: root,
    database: join(root, 'runs.sqlite'),
    extractedData: join(root, 'extracted_data'),
    processLogs: join(root, 'process_logs'),
    privateDir,
    quarantine: join(privateDir, 'quarantine'),
  };
}

/** A context file and its language. */
export interface ContextFile {
  readonly contextPath: string;
  readonly language: ContextLanguage;
}

/** The context file of a folder: `context.ts` when there is one and no `context.py`, else `context.py`. */
export function contextOf(dir: string): ContextFile {
  const [python, typescript] = [join(resolve(dir), 'context.py'), join(resolve(dir), 'context.ts')];
  if (!existsSync(python) && existsSync(typescript)) return {contextPath: typescript, language: 'typescript'};
  return {contextPath: python, language: 'python'};
}

/** The context files of a folder, one for each language that has one, Python's first; that of `contextOf` when there is none yet. */
export function contextsOf(dir: string): readonly [ContextFile, ...ContextFile[]] {
  const files: ContextFile[] = [
    {contextPath: join(resolve(dir), 'context.py'), language: 'python'},
    {contextPath: join(resolve(dir), 'context.ts'), language: 'typescript'},
  ];
  const [first, ...others] = files.filter(({contextPath}) => existsSync(contextPath));
  return [first ?? contextOf(dir), ...others];
}

/** The nearest experiment folder at or above a directory, or undefined. */
export function findFolder(workingDirectory: string): string | undefined {
  const dir = resolve(workingDirectory);
  if (existsSync(pathsOf(dir).database)) return dir;
  return dirname(dir) === dir ? undefined : findFolder(dirname(dir));
}
