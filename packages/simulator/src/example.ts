import {fileURLToPath} from 'node:url';

/** The path of a context file for the simulated beamline, to copy into an experiment folder: it shows every kind of value. */
export const exampleContext = (language: 'python' | 'typescript'): string =>
  fileURLToPath(new URL(language === 'python' ? '../example/context.py' : '../example/context.ts', import.meta.url));
