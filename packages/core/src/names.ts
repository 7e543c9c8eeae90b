import type {RunId} from './model.ts';

/** The name of a run's final file in `extracted_data/`: `p1234_r7.h5` (numbers not padded). */
export const runFileName = ({proposal, run}: RunId): string => `p${proposal}_r${run}.h5`;

/** The name of a run's log in `process_logs/`: `r7-p1234.out`. */
export const logFileName = ({proposal, run}: RunId): string => `r${run}-p${proposal}.out`;

const fragmentPattern = /^p(\d+)_r(\d+)\.[^.]+\.ready\.h5$/;

/** The run a complete fragment belongs to, or undefined for any other file name. */
export function runOfFragment(fileName: string): RunId | undefined {
  const match = fragmentPattern.exec(fileName);
  return match ? {proposal: Number(match[1]), run: Number(match[2])} : undefined;
}

/** What a fragment is called until it is complete, by the name that it gets then. */
export const unfinishedFragment = (fileName: string): string => fileName.replace(/\.ready\.h5$/, '.writing.h5');

/** A variable's name: Python identifiers joined by dots. */
export const isVariableName = (name: string): boolean => /^[\p{L}_][\p{L}\p{N}_]*(\.[\p{L}_][\p{L}\p{N}_]*)*$/u.test(name);

/** Whether a name stands for something behind a link of a group that is not there, which is no variable of the file. */
export const isMissingName = (name: string): boolean => name.includes('.__missing__.');

/** `12` as `r0012`. */
export const runDirectoryName = (run: number): string => `r${String(run).padStart(4, '0')}`;

/** `1234` as `p001234`. */
export const proposalDirectoryName = (proposal: number): string => `p${String(proposal).padStart(6, '0')}`;
