import {execFile} from 'node:child_process';
import {existsSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {runOfFragment, sentenceOf} from '@firstlight/core';
import {describeContext} from '@firstlight/engine';
import {hdf5Library} from '@firstlight/hdf5';
import {findFolder, lastOwner, openFolder, quarantined, readSettings} from '@firstlight/store';
import {defaultPython, installation} from '../environment.ts';
import {marks, outputFor} from '../output.ts';

/** One thing that was looked at. */
interface Finding {
  readonly check: string;
  readonly ok: boolean;
  /** What is there. */
  readonly detail: string;
  /** What to do about it, when it is not as it should be. */
  readonly todo?: string;
}

interface DoctorOptions {
  folder?: string;
  json?: boolean;
}

const run = promisify(execFile);
const setUp = 'npm run setup';
const pythonPackages = ['numpy', 'h5py', 'xarray', 'h5netcdf', 'matplotlib', 'plotly', 'extra_data'];

/** Says what is installed, what is missing, and what to do; exit code 1 when something is missing. */
export async function doctor(options: DoctorOptions): Promise<void> {
  const output = outputFor(options);
  const dir = options.folder ?? findFolder(process.cwd());
  const findings = [node(), hdf5(), await python(defaultPython()), page(), chromium(), ...(dir === undefined ? [] : await folder(dir))];
  for (const finding of findings) {
    const todo = finding.todo ? `\n    → ${finding.todo}` : '';
    output.result(finding, `${finding.ok ? marks.ok : marks.failed} ${finding.check}: ${finding.detail}${todo}`);
  }
  if (findings.some(({ok}) => !ok)) process.exitCode = 1;
}

const node = (): Finding => ({check: 'Node', ok: true, detail: process.version});

function hdf5(): Finding {
  try {
    const {path, version} = hdf5Library();
    return {check: 'HDF5', ok: true, detail: `${version} (${path})`};
  } catch (error) {
    return {check: 'HDF5', ok: false, detail: 'not found', todo: sentenceOf(error)};
  }
}

/** What of the packages that runners use an interpreter has. */
async function python(interpreter: string, check = 'Python'): Promise<Finding> {
  const code = `import importlib.util as u, sys; print(*sys.version_info[:3], sep='.'); print(*[n for n in ${JSON.stringify(pythonPackages)} if u.find_spec(n) is None])`;
  try {
    const {stdout} = await run(interpreter, ['-c', code], {timeout: 30_000});
    const [version = '?', missing = ''] = stdout.split('\n');
    const detail = `${version} (${interpreter})${missing ? `, without ${missing.replaceAll(' ', ', ')}` : ''}`;
    return {
      check,
      ok: missing === '',
      detail,
      ...(missing && {todo: `${interpreter} -m pip install ${missing.replace('extra_data', 'extra-data')}`}),
    };
  } catch (error) {
    return {check, ok: false, detail: `${interpreter} does not run (${sentenceOf(error).split('\n')[0]})`, todo: setUp};
  }
}

function page(): Finding {
  const built = existsSync(join(installation, 'packages', 'web', 'dist', 'index.html'));
  return {check: 'page', ok: built, detail: built ? 'built' : 'not built', ...(!built && {todo: setUp})};
}

function chromium(): Finding {
  const found = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));
  return {check: 'Chromium', ok: true, detail: found ?? 'not found; only the browser tests need it'};
}

async function folder(dir: string): Promise<Finding[]> {
  try {
    const opened = openFolder(dir);
    const settings = readSettings(dir);
    const {contextPython} = settings;
    return [
      {
        check: 'folder',
        ok: !opened.readOnly,
        detail: `${dir}, proposal ${settings.proposal ?? 'unknown'}`,
        ...(opened.readOnly && {todo: opened.readOnly.message}),
      },
      ...(opened.language === 'python' && contextPython ? [await python(contextPython, 'context_python')] : []),
      await context(opened.contextPath, contextPython),
      ...waiting(dir, opened.extractedData),
    ];
  } catch (error) {
    return [{check: 'folder', ok: false, detail: dir, todo: sentenceOf(error)}];
  }
}

async function context(path: string, contextPython: string | undefined): Promise<Finding> {
  const {variables, problems} = await describeContext(path, {contextPython});
  const errors = problems.filter(({severity}) => severity === 'error');
  const detail = errors.length ? `${errors.length} errors` : `${variables.length} variables`;
  return {check: 'context', ok: errors.length === 0, detail, ...(errors.length && {todo: '`firstlight context check` shows where'})};
}

/** What lies in a folder between a runner and the table, and what was put aside. */
function waiting(dir: string, extractedData: string): Finding[] {
  const names = (path: string) => (existsSync(path) ? readdirSync(path) : []);
  const fragments = names(extractedData).filter((name) => runOfFragment(name) !== undefined);
  const aside = quarantined(openFolder(dir));
  const owner = lastOwner({...openFolder(dir)});
  return [
    {
      check: 'fragments',
      ok: true,
      detail: fragments.length ? `${fragments.length} wait to be merged; serve or process does it` : 'none waiting',
    },
    {
      check: 'quarantine',
      ok: aside.length === 0,
      detail: aside.length ? aside.map(({reason}) => reason).join('\n    ') : 'empty',
      ...(aside.length && {
        todo: `They are in ${join(dir, '.firstlight', 'quarantine')}. Process those runs again, or move a file back to extracted_data when it is right after all; then delete the rest.`,
      }),
    },
    {
      check: 'owner',
      ok: true,
      detail: owner ? `last owned by process ${owner.pid} on ${owner.host}${owner.address ? `, ${owner.address}` : ''}` : 'never owned',
    },
  ];
}
