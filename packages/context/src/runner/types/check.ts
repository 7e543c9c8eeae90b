import {execFile} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import {dirname, isAbsolute, join, resolve} from 'node:path';
import type {Problem} from '@firstlight/core';
import {Learnt} from './learnt.ts';
import {recall, remember} from './memory.ts';
import {isUsersFile, projectOf} from './project.ts';

export interface TypeSettings {
  /** The compiler; undefined: there is none. */
  readonly compiler: string | undefined;
  /** For the compiler's settings. */
  readonly cacheFolder: string;
  /** Where it is kept which contexts have been found right, from one runner to the next. */
  readonly memoryFolder: string;
  readonly environment: Readonly<Record<string, string>>;
}

const timeoutMs = 60_000;
const mostOutputBytes = 16e6;

/** A module without types is no fault of the context. */
const ignored = new Set(['TS7016']);

/** What the compiler says about a context. */
export interface TypeCheck {
  readonly problems: readonly Problem[];
  /** The files that users write among those it read. */
  readonly files: readonly string[];
}

/**
 * Has the TypeScript compiler check a context file and what it imports; never rejects.
 *
 * A context that was right and has not changed, nor anything it imports, is not checked again.
 */
export async function checkTypes(context: string, settings: TypeSettings): Promise<TypeCheck> {
  const {compiler, cacheFolder, memoryFolder} = settings;
  if (compiler === undefined) return notChecked(context, 'the TypeScript compiler is not installed');
  try {
    const {project, key} = projectOf(context);
    const known = recall(memoryFolder, key, context);
    if (known) return {problems: [], files: known.filter(isUsersFile)};
    using learnt = Learnt.open(memoryFolder);
    const path = join(cacheFolder, `types-${key}.json`);
    writeFileSync(path, JSON.stringify(project));
    const {output, fault} = await compile(compiler, path, {context, settings, learnt});
    if (fault !== undefined) return notChecked(context, fault);
    const {problems, files} = read(output, context);
    if (problems.length === 0) remember(memoryFolder, key, {context, files});
    return {problems, files: files.filter(isUsersFile)};
  } catch (error) {
    return notChecked(context, String(error));
  }
}

const notChecked = (file: string, why: string): TypeCheck => ({
  problems: [{severity: 'warning', text: `The types in this file were not checked: ${why}.`, file, line: null, column: null}],
  files: [],
});

interface Compilation {
  readonly context: string;
  readonly settings: TypeSettings;
  readonly learnt: Learnt | undefined;
}

function compile(compiler: string, project: string, {context, settings, learnt}: Compilation): Promise<{output: string; fault?: string}> {
  // One thread: it is hardly slower on so few files, and leaves the other processors to the runs.
  const options = ['--project', project, '--pretty', 'false', '--listFiles', '--singleThreaded', ...(learnt?.options ?? [])];
  const how = {
    cwd: dirname(context),
    env: settings.environment,
    timeout: timeoutMs,
    maxBuffer: mostOutputBytes,
    killSignal: 'SIGKILL',
  } as const;
  return new Promise((settle) => {
    execFile(compiler, options, how, (error, output) => {
      const hasFinished = error === null || (typeof error.code === 'number' && !error.killed);
      settle(hasFinished ? {output} : {output, fault: `the compiler did not finish (${error.message.split('\n')[0]})`});
    });
  });
}

const located = /^(.+?)\((\d+),(\d+)\): (error|warning) (TS\d+): (.*)$/;
const general = /^error (TS\d+): (.*)$/;

/** What the compiler printed: faults, each on a line and perhaps indented ones below, and the files it read. */
function read(output: string, context: string): {problems: Problem[]; files: string[]} {
  const problems: Problem[] = [];
  const files: string[] = [];
  let last: Problem | undefined;
  for (const line of output.split(/\r?\n/)) {
    if (line.startsWith('  ')) {
      if (last) last.text += `\n${line}`;
      continue;
    }
    const {code, problem} = problemIn(line, context);
    last = problem;
    if (problem && !ignored.has(code) && isUsersFile(problem.file)) problems.push(problem);
    else if (!problem && isAbsolute(line)) files.push(line);
  }
  return {problems, files};
}

function problemIn(line: string, context: string): {code: string; problem: Problem | undefined} {
  const [, file = '', row, column, , code = '', text = ''] = located.exec(line) ?? [];
  if (row !== undefined) {
    const where = {file: resolve(dirname(context), file), line: Number(row), column: Number(column)};
    return {code, problem: {severity: 'error', text: `${text} (${code})`, ...where}};
  }
  const [, number = '', said] = general.exec(line) ?? [];
  if (said === undefined) return {code: '', problem: undefined};
  return {code: number, problem: {severity: 'error', text: `${said} (${number})`, file: context, line: null, column: null}};
}
