import {editableTypes, parseRuns} from '@firstlight/core';
import {Argument, Command, InvalidArgumentError, Option} from 'commander';
import {parameter} from './parameters.ts';

const wholeNumber = (text: string): number => {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give a whole number.');
};
const atLeastOne = (text: string): number => {
  const value = wholeNumber(text);
  if (value >= 1) return value;
  throw new InvalidArgumentError('Give a whole number of 1 or more.');
};
const portNumber = (text: string): number => {
  const value = wholeNumber(text);
  if (value <= 65_535) return value;
  throw new InvalidArgumentError('Give a number from 0 to 65535.');
};
const positiveNumber = (text: string): number => {
  const value = Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError('Give a number of 0 or more.');
};
const runs = (text: string): number[] | 'all' => {
  try {
    return parseRuns(text);
  } catch {
    throw new InvalidArgumentError('Write for example 12, 1-5,8 or all.');
  }
};
const frame = (text: string): [number, number] => {
  const match = /^([1-9]\d{0,3})x([1-9]\d{0,3})$/.exec(text);
  if (match) return [Number(match[1]), Number(match[2])];
  throw new InvalidArgumentError('Write HEIGHTxWIDTH, for example 128x128.');
};
const sase = (text: string): 1 | 2 | 3 => {
  const found = ([1, 2, 3] as const).find((number) => String(number) === text);
  if (found) return found;
  throw new InvalidArgumentError('Give 1, 2 or 3.');
};
const names = (text: string): string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
const collect = (value: string, before: string[] = []): string[] => [...before, value];

const json = () => new Option('--json', 'one JSON object per line on standard output');
const folder = () => new Option('--folder <dir>', 'experiment folder (default: the nearest one at or above the working directory)');
const sameFolder = () => new Option('--folder <dir>', 'the same, as other commands have it');
const port = () => new Option('--port <n>', 'port to serve on; 0 takes a free one').argParser(portNumber).default(8080);

/** The whole command line; each command's code is loaded when it is used. */
export function program(): Command {
  const firstlight = new Command('firstlight')
    .description('Turns the runs of an X-ray beamtime into a live table.')
    .version('0.1.0')
    .enablePositionalOptions() // `show` has a --version of its own
    .exitOverride()
    .showHelpAfterError('(add --help for what can be said here)')
    .configureHelp({showGlobalOptions: true});
  for (const add of commands) firstlight.addCommand(add().exitOverride().showHelpAfterError('(add --help for what can be said here)'));
  return firstlight;
}

const commands: (() => Command)[] = [
  () =>
    new Command('init')
      .description('make an experiment folder with a commented example context')
      .argument('[dir]', 'where (default: the working directory)', '.')
      .option('--proposal <n>', 'proposal number (default: from the path, else 1)', wholeNumber)
      .option('--data <dir>', 'directory that holds INSTRUMENT/CYCLE/pNNNNNN')
      .addOption(new Option('--language <name>', 'language of the context').choices(['python', 'typescript']).default('python'))
      .addOption(
        new Option('--template <name>', 'what the context starts with: an example, or the usual variables of a SASE of the European XFEL')
          .choices(['example', 'sase1', 'sase2', 'sase3'])
          .default('example'),
      )
      .addOption(json())
      .action(async (dir, options) => (await import('./commands/init.ts')).init(dir, options)),
  () =>
    new Command('process')
      .description('compute variables for runs, showing each value as it gets ready')
      .addArgument(new Argument('<runs>', '12, 1-5,8 or all').argParser(runs))
      .option('--var <name>', 'only this variable and what it needs (repeatable)', collect)
      .addOption(new Option('--trigger <kind>', 'which variables').choices(['raw', 'proc', 'all']).default('all'))
      .option('--proposal <n>', "proposal of the runs (default: the folder's own)", atLeastOne)
      .option('--param <key=value>', 'a value for the parameters of variables, as JSON or text (repeatable)', parameter)
      .option('--mock', 'a run without data')
      .option('--trial', 'compute, show values old and new, store nothing')
      .option('--parallel <n>', 'processors it may use; 1 computes one variable after the other', atLeastOne)
      .option('--stale', 'exactly what is stale or missing (see `firstlight stale`)')
      .option('--cold', 'in processes started for this, not in warm ones')
      .option('--inspect', 'let the code of a TypeScript context wait for a debugger')
      .option('--strict', 'exit 1 when a value failed')
      .addOption(folder())
      .addOption(json())
      .action(async (selection, options) => (await import('./commands/process.ts')).processRuns(selection, options)),
  () =>
    new Command('show')
      .description('show the table, one run, or one value')
      .argument('[run]', 'run number', wholeNumber)
      .argument('[name]', 'variable')
      .option('--version <n>', 'this version of the value, as `firstlight history` lists them (default: the newest)', atLeastOne)
      .option('--proposal <n>', 'when the folder holds several', wholeNumber)
      .addOption(folder())
      .addOption(json())
      .action(async (run, name, options) => (await import('./commands/show.ts')).show(run, name, options)),
  context,
  () =>
    new Command('export')
      .description(
        'write a selection of the table to a file; its end says how: .csv, .parquet, .xlsx, .md, .h5, or .zip for a bundle of everything',
      )
      .requiredOption('--to <file>', 'the file to write')
      .addOption(new Option('--runs <runs>', 'only these: 12, 1-5,8 or all').argParser(runs))
      .option('--vars <names>', 'only these variables: names and globs, with commas between', names)
      .option('--proposal <n>', 'only runs of this proposal', atLeastOne)
      .option('--titles', 'titles instead of names above the columns of CSV')
      .option('--force', 'replace the file when it is there')
      .addOption(folder())
      .addOption(json())
      .action(async (options) => (await import('./commands/export.ts')).exportFolder(options)),
  () =>
    new Command('import')
      .description('make an experiment folder of a bundle that export wrote, after checking all of it')
      .argument('<file>', 'the bundle, a .zip')
      .argument('<dir>', 'the folder to make')
      .addOption(json())
      .action(async (file, dir, options) => (await import('./commands/import.ts')).importFolder(file, dir, options)),
  () =>
    new Command('settings')
      .description('list what the folder says about itself, or change or delete one thing of it')
      .argument('[key]', 'one setting')
      .argument('[value]', 'its new value')
      .option('--delete', 'delete it')
      .option('--author <name>', 'whose change it is (default: your user name)')
      .addOption(folder())
      .addOption(json())
      .action(async (key, value, options) => (await import('./commands/settings.ts')).settings(key, value, options)),
  () =>
    new Command('history')
      .description('list every version of a value, and what each was made of')
      .argument('<run>', 'run number', wholeNumber)
      .argument('<name>', 'variable')
      .option('--proposal <n>', 'when the folder holds several', wholeNumber)
      .addOption(folder())
      .addOption(json())
      .action(async (run, name, options) => (await import('./commands/history.ts')).history(run, name, options)),
  () =>
    new Command('diff')
      .description('compare two versions of a value: the values, their code, inputs, files and packages')
      .argument('<run>', 'run number', wholeNumber)
      .argument('<name>', 'variable')
      .argument(
        '[a]',
        'the first version (default: the one before the second; alone, the newest is compared with the one before it, too)',
        atLeastOne,
      )
      .argument('[b]', 'the second version (default: the newest)', atLeastOne)
      .option('--proposal <n>', 'when the folder holds several', wholeNumber)
      .addOption(folder())
      .addOption(json())
      .action(async (run, name, a, b, options) => (await import('./commands/diff.ts')).diff(run, name, a, b, options)),
  () =>
    new Command('set')
      .description('type a value for a variable of a run; an empty text takes it away')
      .argument('[run]', 'run number', wholeNumber)
      .argument('[name]', 'variable')
      .argument('[value]', 'what it is')
      .addOption(new Option('--type <type>', 'make the variable when there is none of this name').choices(editableTypes))
      .option('--title <title>', 'title of a new variable')
      .option('--delete <name>', 'delete a variable with all its values')
      .option('--proposal <n>', 'when the folder holds several', wholeNumber)
      .option('--author <name>', 'whose value it is (default: your user name)')
      .addOption(folder())
      .addOption(json())
      .action(async (run, name, value, options) => (await import('./commands/set.ts')).set(run, name, value, options)),
  () =>
    new Command('comment')
      .description('comment on a run (RUN TEXT) or on a moment (--at TIME TEXT); without anything, list the comments on moments')
      .argument('[words...]', 'the run number and the text, or only the text')
      .option('--at <time>', 'a moment: now, 14:30, "2026-11-21 14:30" or seconds since 1970')
      .option('--edit <id>', 'change a comment on a moment', atLeastOne)
      .option('--delete <id>', 'delete a comment on a moment', atLeastOne)
      .option('--proposal <n>', 'when the folder holds several', wholeNumber)
      .option('--author <name>', 'whose comment it is (default: your user name)')
      .addOption(folder())
      .addOption(json())
      .action(async (words, options) => (await import('./commands/comment.ts')).comment(words, options)),
  () =>
    new Command('types')
      .description("print TypeScript types of this experiment's variables, for programs that use its values")
      .addOption(folder())
      .addOption(json())
      .action(async (options) => (await import('./commands/types.ts')).types(options)),
  () =>
    new Command('open')
      .description('say what a folder is: its format, what is in it, whether it can be written or has to be migrated')
      .argument('[dir]', 'experiment folder', '.')
      .addOption(sameFolder())
      .addOption(json())
      .action(async (dir, {folder: named = dir, ...options}) => (await import('./commands/open.ts')).open(named, options)),
  () =>
    new Command('migrate')
      .description('bring a folder from before format version 1 up to date; the original stays beside')
      .argument('[dir]', 'experiment folder', '.')
      .option('--dry-run', 'only say what would be done')
      .addOption(sameFolder())
      .addOption(json())
      .action(async (dir, {folder: named = dir, ...options}) => (await import('./commands/migrate.ts')).migrate(named, options)),
  () =>
    new Command('merge')
      .description('store the values that lie in the folder as fragments, whoever left them')
      .option('--dry-run', 'only list them')
      .addOption(folder())
      .addOption(json())
      .action(async (options) => (await import('./commands/merge.ts')).merge(options)),
  () =>
    new Command('stale')
      .description('list the values that the context would not give now, and those that are missing')
      .addArgument(new Argument('[runs]', '12, 1-5,8 or all').argParser(runs))
      .option('--why', 'say why, each value on a line of its own')
      .option('--count', 'only count them')
      .option('--unknown', 'also values that other programs have stored, of which nobody can tell')
      .option('--proposal <n>', 'proposal of the runs', atLeastOne)
      .addOption(folder())
      .addOption(json())
      .action(async (selection, options) => (await import('./commands/stale.ts')).stale(selection, options)),
  () =>
    new Command('verify')
      .description('read everything that is stored and say what is wrong with it; exit 1 if anything is')
      .addOption(folder())
      .addOption(json())
      .action(async (options) => (await import('./commands/verify.ts')).verify(options)),
  () =>
    new Command('simulate')
      .description('write the runs of a simulated beamline, in European XFEL format')
      .argument('<dir>', 'data root; runs appear in DIR/SIM/202601/pNNNNNN')
      .option('--proposal <n>', 'proposal number', wholeNumber, 1234)
      .option('--runs <n>', 'how many runs; 0 goes on until stopped', wholeNumber, 10)
      .option('--every <seconds>', 'time between two runs', positiveNumber, 0)
      .option('--trains <n>', 'trains in a run', atLeastOne, 64)
      .addOption(new Option('--detector <HxW>', 'size of the area detector, in pixels').argParser(frame).default([128, 128], '128x128'))
      .option('--seed <n>', 'same seed, same data', wholeNumber, 1)
      .option('--sase <n>', 'XGM and time server as at SASE 1, 2 or 3 of the European XFEL (default: names of our own)', sase)
      .option('--faults', 'missing trains, a dead source, a truncated file in some runs')
      .option('--grow', 'files grow train by train')
      .addOption(new Option('--until-stdin-ends', 'for a process that starts this one: ends with it').hideHelp())
      .addOption(json())
      .action(async (dir, options) => (await import('./commands/simulate.ts')).simulateRuns(dir, options)),
  () =>
    new Command('serve')
      .description('serve experiment folders: process new runs, show the live table')
      .argument('<folders...>', 'experiment folders')
      .addOption(port())
      .option('--host <address>', 'address to listen on', '127.0.0.1')
      .option('--no-watch', 'do not process new runs by itself')
      .addOption(json())
      .action(async (folders, options) => (await import('./commands/serve.ts')).serveFolders(folders, options)),
  () =>
    new Command('demo')
      .description('a simulated beamline and its live table in the browser')
      .option('--dir <dir>', 'where runs and results go', 'firstlight-demo')
      .addOption(port())
      .option('--no-open', 'do not open the browser')
      .option('--runs <n>', 'how many runs; 0 goes on until stopped', wholeNumber, 500)
      .option('--every <seconds>', 'time between two runs', positiveNumber, 5)
      .addOption(json())
      .action(async (options) => (await import('./commands/demo.ts')).demo(options)),
  () =>
    new Command('doctor')
      .description('say what is installed, what is missing, and what to do')
      .addOption(folder())
      .addOption(json())
      .action(async (options) => (await import('./commands/doctor.ts')).doctor(options)),
];

function context(): Command {
  const file = '[file]';
  const which = 'context file (default: that of the experiment folder)';
  return new Command('context')
    .description('look at a context file')
    .exitOverride()
    .addCommand(
      new Command('check')
        .description('print its problems; exit 1 if one is an error')
        .argument(file, which)
        .addOption(folder())
        .addOption(json())
        .exitOverride()
        .action(async (path, options) => (await import('./commands/context.ts')).checkContext(path, options)),
    )
    .addCommand(
      new Command('describe')
        .description('list its variables')
        .argument(file, which)
        .addOption(folder())
        .addOption(json())
        .exitOverride()
        .action(async (path, options) => (await import('./commands/context.ts')).describeContext(path, options)),
    );
}
