import {existsSync} from 'node:fs';
import {relative, resolve} from 'node:path';
import {type DescribedEvent, FirstlightError, type Problem, type VariableInfo} from '@firstlight/core';
import {describeContext as describeFile} from '@firstlight/engine';
import {openFolder, readSettings} from '@firstlight/store';
import {chooseFolder} from '../folder.ts';
import {type Output, outputFor} from '../output.ts';
import {textTable} from '../text-table.ts';

interface ContextOptions {
  folder?: string;
  json?: boolean;
}

/** Prints the problems of a context file; exit code 1 when one is an error. */
export async function checkContext(file: string | undefined, options: ContextOptions): Promise<void> {
  const output = outputFor(options);
  const described = await look(file, options, output);
  for (const problem of described.problems) output.result(problem, problemLine(problem));
  const errors = described.problems.filter(({severity}) => severity === 'error').length;
  if (errors) process.exitCode = 1;
  else output.say(`${relative('.', described.file) || described.file}: ${described.variables.length} variables, no errors.`);
}

/** Prints what a context file declares, and its problems. */
export async function describeContext(file: string | undefined, options: ContextOptions): Promise<void> {
  const output = outputFor(options);
  const {language, variables, groups, problems} = await look(file, options, output);
  const rows = variables.map(({name, title, data, units, tags, inputs}) => [
    name,
    title,
    data,
    units ?? '',
    tags.join(' '),
    inputs.map((one) => one.name).join(' '),
  ]);
  output.result(
    {language, variables: variables.map(printed), groups, problems},
    textTable(['name', 'title', 'data', 'units', 'tags', 'needs'], rows),
  );
  if (!output.json) for (const problem of problems) output.say(problemLine(problem));
  if (problems.some(({severity}) => severity === 'error')) process.exitCode = 1;
}

/** What the command promises of a variable; `needs` where there are some, `file` where it is not the context file. */
const printed = ({
  name,
  title,
  tags,
  summary,
  data,
  cluster,
  transient,
  units,
  description,
  inputs,
  line,
  column,
  needs,
  file,
}: VariableInfo) => ({
  name,
  title,
  tags,
  summary,
  data,
  cluster,
  transient,
  units,
  description,
  inputs: inputs.map((input) => ({kind: input.kind, name: input.name, optional: input.optional})),
  line,
  column,
  ...(needs && {needs}),
  ...(file !== undefined && {file}),
});

/** `FILE:LINE:COL: severity: text`, as editors read it; as much of the place as is known. */
const problemLine = ({file, line, column, severity, text}: Problem): string =>
  `${[relative('.', file) || file, line, column].filter((part) => part !== null).join(':')}: ${severity}: ${text}`;

function look(file: string | undefined, {folder}: ContextOptions, output: Output): Promise<DescribedEvent> {
  const onNote = (sentence: string) => output.say(sentence);
  if (file !== undefined) return describeFile(existing(resolve(file)), {onNote});
  const dir = chooseFolder(folder);
  return describeFile(existing(openFolder(dir).contextPath), {contextPython: readSettings(dir).contextPython, onNote});
}

function existing(path: string): string {
  if (existsSync(path)) return path;
  throw new FirstlightError('no-context', `${path} does not exist; name a context file, or make an example with \`firstlight init\`.`);
}
