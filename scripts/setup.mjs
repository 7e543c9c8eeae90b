// Installs what is missing: Node packages, a Python environment, the page. Uses Node's own modules only.
import {accessSync, constants, existsSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {findNode} from './lib/node.mjs';
import {findPython} from './lib/python.mjs';
import {run, SetupError} from './lib/run.mjs';
import {hashOf, isStamped, stamp} from './lib/stamp.mjs';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const at = (...parts) => join(root, ...parts);
const started = Date.now();

const say = (text) => process.stderr.write(`${text}\n`);

/** Says what a step does, keeps saying that it is alive, and says when it is done. */
async function step(title, work) {
  const begun = Date.now();
  const seconds = () => `${((Date.now() - begun) / 1000).toFixed(0)} s`;
  say(`· ${title} …`);
  const alive = setInterval(() => say(`  ${title}: still at it, ${seconds()}`), 15_000);
  try {
    await work();
    say(`✓ ${title} (${seconds()})`);
  } finally {
    clearInterval(alive);
  }
}

const steps = {
  nodePackages: {
    title: 'Node packages',
    stampFile: at('node_modules', '.firstlight'),
    hash: () => hashOf([at('package-lock.json')]),
    work: installNode,
  },
  pythonPackages: (requirements) => ({
    title: 'Python environment',
    stampFile: at('.venv', `.firstlight-${requirements}`),
    hash: () => hashOf([at('python', 'requirements.txt'), at('python', requirements), at('python', 'requirements-gui.txt')]),
    work: async () => {
      await installPython(at('python', requirements));
      if (requirements === 'requirements-test.txt') await tryDesktopProgram();
    },
  }),
  page: {
    title: 'The page',
    stampFile: at('packages', 'web', 'dist', '.firstlight'),
    hash: () =>
      hashOf([
        at('packages', 'web', 'src'),
        at('packages', 'web', 'index.html'),
        at('packages', 'web', 'vite.config.ts'),
        at('packages', 'core', 'src'),
        at('package-lock.json'),
      ]),
    work: () =>
      run(nodePath(), [at('node_modules', 'vite', 'bin', 'vite.js'), 'build', at('packages', 'web'), '--logLevel', 'warn'], {
        cwd: root,
        what: 'Building the page',
      }),
  },
};

// When one installation fails, the other need not go on.
const failing = new AbortController();

const patience = ['--fetch-retries=3', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=4000'];

function installNode() {
  const options = {
    cwd: root,
    what: 'Installing the Node packages',
    signal: failing.signal,
    isBroken: (output) => /TAR_ENTRY_ERROR|ENOSPC/.test(output),
  };
  return run('npm', ['ci', '--no-audit', '--no-fund', ...patience], options); // npm ends well although files could not be written
}

async function installPython(requirements) {
  const python = at('.venv', 'bin', 'python');
  if (!existsSync(python))
    await run(findPython(), ['-m', 'venv', at('.venv')], {cwd: root, what: 'Making the Python environment', signal: failing.signal});
  await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--retries=3', '-r', requirements], {
    cwd: root,
    what: 'Installing the Python packages',
    signal: failing.signal,
  });
}

/** The official desktop program needs Qt, which not every machine can run; without it one test is skipped and says so. */
async function tryDesktopProgram() {
  try {
    await installPython(at('python', 'requirements-gui.txt'));
  } catch (error) {
    if (failing.signal.aborted) throw error;
    say(`  Qt cannot be installed here, so the official desktop program is not tested: ${error.message.split('\n')[0]}`);
  }
}

const isDone = ({stampFile, hash}) => isStamped(stampFile, hash());

async function ensure(one) {
  if (isDone(one)) return;
  await step(one.title, one.work);
  stamp(one.stampFile, one.hash());
}

/** The Node that runs our sources. */
export function nodePath() {
  const node = findNode(root);
  if (node) return node;
  throw new SetupError(
    `Firstlight needs Node 24.11 or newer, this is ${process.version}, and none is packaged for ${process.platform}-${process.arch}; install Node 24 and start again.`,
  );
}

function checkMachine(missing) {
  if (Number(process.versions.node.split('.')[0]) < 20) {
    throw new SetupError(`Node ${process.version} is too old to set up Firstlight; install Node 20 or newer (24 is best).`);
  }
  if (missing.length === 0) return;
  try {
    accessSync(root, constants.W_OK);
  } catch {
    throw new SetupError(
      `${root} cannot be written, and set-up is not complete there; clone into a folder of yours, or run npm run setup once as its owner.`,
    );
  }
}

/** Installs what is missing, nothing twice. `tests`: also what the test suite needs. */
export async function setup({tests = false} = {}) {
  const wanted = [steps.nodePackages, steps.pythonPackages(tests ? 'requirements-test.txt' : 'requirements.txt'), steps.page];
  // An environment made for the tests holds everything a user needs.
  if (!tests && isDone(steps.pythonPackages('requirements-test.txt'))) wanted.splice(1, 1);
  const missing = wanted.filter((one) => !isDone(one));
  checkMachine(missing);
  if (missing.length === 0) return;
  say(`Setting up Firstlight: ${missing.map(({title}) => title.toLowerCase()).join(', ')}.`);
  findPython();
  const [node, python, page] = [steps.nodePackages, wanted.find(({title}) => title === 'Python environment'), steps.page];
  try {
    await Promise.all([ensure(node), python && ensure(python)]);
  } catch (error) {
    failing.abort();
    throw error;
  }
  await ensure(page);
  say(`Set-up done in ${((Date.now() - started) / 1000).toFixed(0)} s.`);
}

/** Runs a script's main part; a failure a person can act on is one sentence, not a stack. */
export async function main(work) {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof SetupError) && !['ENOSPC', 'EROFS', 'EACCES'].includes(error.code)) throw error;
    const sentence = error.code === 'ENOSPC' ? 'The disk is full; make room (about 2 GB are needed) and start again.' : error.message;
    process.stderr.write(`✗ ${sentence}\n`);
    process.exitCode = 1;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(() => setup({tests: process.argv.includes('--tests')}));
