// `npm test`: installs what is missing, then checks and tests everything. Arguments are handed to vitest (a path, -t NAME).
import {spawn, spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, readFileSync} from 'node:fs';
import {delimiter, dirname, join} from 'node:path';
import {main, nodePath, root, setup} from './setup.mjs';

const results = join(root, 'test-results');
const bin = (name) => join(root, 'node_modules', '.bin', name);
const venv = (name) => join(root, '.venv', 'bin', name);
const say = (text) => process.stdout.write(`${text}\n`);

/** Chromium and a font, by apt, when we are root on Debian; elsewhere the suites that need them say that they are skipped. */
function installChromium() {
  const present = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].some((path) => existsSync(path));
  if (present || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return;
  say('· Chromium, by apt …');
  const environment = {...process.env, DEBIAN_FRONTEND: 'noninteractive'};
  const apt = (...args) => spawnSync('apt-get', args, {env: environment, stdio: ['ignore', 'ignore', 'inherit']}).status;
  if (apt('update', '-qq') !== 0 || apt('install', '-y', '-qq', 'chromium', 'fonts-dejavu-core') !== 0) {
    say('  Chromium could not be installed; the suites that need it are skipped.');
  }
}

function start(title, command, args, {quiet}) {
  const begun = Date.now();
  const output = [];
  return new Promise((resolve) => {
    const child = spawn(command, args, {cwd: root, env: environment(), stdio: ['ignore', 'pipe', 'pipe']});
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => (quiet ? output.push(chunk) : process.stdout.write(chunk)));
    }
    child.on('error', (error) => output.push(Buffer.from(error.message)));
    child.on('close', (code) => {
      const ok = code === 0;
      say(`${ok ? '✓' : '✗'} ${title} (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
      if (quiet && !ok) process.stdout.write(Buffer.concat(output));
      resolve({title, ok});
    });
  });
}

const environment = () => ({
  ...process.env,
  PATH: [dirname(nodePath()), join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
  MPLBACKEND: 'Agg',
});

const checks = () => [
  ['types', process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', '.']],
  ['lint and import direction', bin('oxlint'), ['--type-aware', 'packages', 'e2e', 'benchmarks', 'docs', 'scripts', '--deny-warnings']],
  ['format', bin('biome'), ['format', '.']],
  ['Python lint', venv('ruff'), ['check', 'python']],
  ['Python format', venv('ruff'), ['format', '--check', 'python']],
];

const suites = (filters) => [
  [
    'Node and browser tests',
    nodePath(),
    [
      join(root, 'node_modules', 'vitest', 'vitest.mjs'),
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${join(results, 'vitest.json')}`,
      ...filters,
    ],
  ],
  ...(filters.length
    ? []
    : [['Python tests', venv('python'), ['-m', 'pytest', '-q', 'python', `--junitxml=${join(results, 'pytest.xml')}`]]]),
];

/** Counts of both suites: what a person, and CI, wants to read last. */
function counts(withPython) {
  const vitest = JSON.parse(readFileSync(join(results, 'vitest.json'), 'utf8'));
  const total = {passed: vitest.numPassedTests, failed: vitest.numFailedTests, skipped: vitest.numPendingTests + vitest.numTodoTests};
  if (!withPython) return total;
  const suite = readFileSync(join(results, 'pytest.xml'), 'utf8');
  const number = (name) => Number(new RegExp(`<testsuite [^>]*\\b${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
  const failed = number('failures') + number('errors');
  return {
    passed: total.passed + number('tests') - failed - number('skipped'),
    failed: total.failed + failed,
    skipped: total.skipped + number('skipped'),
  };
}

await main(async () => {
  const filters = process.argv.slice(2);
  await setup({tests: true});
  installChromium();
  mkdirSync(results, {recursive: true});
  const outcomes = filters.length
    ? []
    : await Promise.all(checks().map(([title, command, args]) => start(title, command, args, {quiet: true})));
  outcomes.push(...(await Promise.all(suites(filters).map(([title, command, args]) => start(title, command, args, {quiet: false})))));
  const broken = outcomes.filter(({ok}) => !ok).map(({title}) => title);
  if (broken.length) say(`✗ not green: ${broken.join(', ')}`);
  const {passed, failed, skipped} = counts(filters.length === 0);
  say(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exitCode = broken.length ? 1 : 0;
});
