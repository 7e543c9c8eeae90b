// Runs one benchmark: npm run bench -- NAME [--json]. Without a name it says which there are.
import {spawn} from 'node:child_process';
import {readdirSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {main, nodePath, setup} from './setup.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, 'benchmarks');

const isBenchmark = (name) => name.endsWith('.ts') && name !== 'harness.ts' && !name.endsWith('.test.ts');
const names = readdirSync(folder)
  .filter(isBenchmark)
  .map((name) => name.slice(0, -3))
  .sort();

const usage = 'Usage: npm run bench -- NAME [--json]';
const given = process.argv.slice(2);
const name = given.find((argument) => !argument.startsWith('--'));
const options = given.filter((argument) => argument.startsWith('--'));

// Says what is wrong, and ends.
function refuse(sentence, code = 2) {
  console.error(sentence);
  process.exit(code);
}

if (name === undefined) {
  console.log(`${usage}\n`);
  for (const known of names) {
    const [first] = readFileSync(join(folder, `${known}.ts`), 'utf8').split('\n');
    console.log(`  ${known.padEnd(14)} ${first.replace(/^\/\/\s*/, '')}`);
  }
  process.exit(0);
}
if (!names.includes(name)) refuse(`There is no benchmark "${name}"; there are ${names.join(', ')}.`);
await main(async () => {
  await setup({tests: true}); // the peers are among the packages of the tests
  const child = spawn(nodePath(), [join(folder, `${name}.ts`), ...options], {cwd: root, stdio: 'inherit'});
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('close', (code) => process.exit(code ?? 1));
});
