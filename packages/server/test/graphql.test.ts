import {readFile} from 'node:fs/promises';
import type {FastifyInstance} from 'fastify';
import {beforeAll, expect, test} from 'vitest';
import {createServer} from '../src/app.ts';
import {createSchema, schemaText} from '../src/graphql/schema.ts';
import {experimentInMemory} from './experiment-in-memory.ts';

let app: FastifyInstance;

beforeAll(async () => {
  app = await createServer({experiments: [await experimentInMemory()], own: () => ({names: new Set(['localhost']), port: 80})});
  return () => app.close();
});

const ask = async (query: string, variables = {}) =>
  (await app.inject({method: 'POST', url: '/graphql', payload: {query, variables}})).json();

test('schema.graphql says what the code says; `npm run schema -w packages/server` writes it', async () => {
  expect(await readFile(new URL('../schema.graphql', import.meta.url), 'utf8')).toBe(schemaText(createSchema()));
});

test('an experiment tells its variables, runs and chosen values', async () => {
  const {data, errors} = await ask(
    '{experiment(id: "p1234") {folder variables {name title units tags} runs {run startTime} values(runs: "1-2", names: ["energy"]) {run state summary activity}}}',
  );
  expect(errors).toBeUndefined();
  expect(data.experiment.variables[0]).toEqual({name: 'energy', title: 'ENERGY', units: 'mJ', tags: []});
  expect(data.experiment.runs[0]).toEqual({run: 1, startTime: 1_700_000_000.5});
  expect(data.experiment.values).toEqual([
    {run: 1, state: 'ok', summary: 1.5, activity: 'idle'},
    {run: 2, state: 'ok', summary: 'NaN', activity: 'idle'},
  ]);
});

test('process answers with the jobs it queued', async () => {
  expect(await ask('mutation {process(experiment: "p1234", runs: "2-3") {id proposal run}}')).toEqual({
    data: {
      process: [
        {id: 'job-2', proposal: 1234, run: 2},
        {id: 'job-3', proposal: 1234, run: 3},
      ],
    },
  });
});

test.for([
  ['{experiment(id: "p9") {id}}', 'no-such-experiment'],
  ['mutation {process(experiment: "p1234", runs: "x") {id}}', 'bad-runs'],
] as const)('%s fails with the code %s and a sentence', async ([query, code]) => {
  expect(await ask(query)).toMatchObject({errors: [{message: expect.stringMatching(/\.$/), extensions: {code}}]});
});

test('jobs that nobody asked for by hand are listed, and can be cancelled once', async () => {
  const {data} = (await ask('{experiment(id: "p1234") {jobs {job proposal run trigger state variables since}}}')) as {
    data: {experiment: {jobs: unknown[]}};
  };
  expect(data.experiment.jobs).toEqual([
    {job: 'job-1', proposal: 1234, run: 2, trigger: 'raw', state: 'running', variables: null, since: 1_700_000_000.5},
  ]);
  expect(await ask('mutation {cancel(experiment: "p1234", job: "job-1")}')).toEqual({data: {cancel: true}});
  expect(await ask('mutation {cancel(experiment: "p1234", job: "job-9")}')).toEqual({data: {cancel: false}});
});

test('a mutation does not come by GET', async () => {
  const response = await app.inject({url: `/graphql?query=${encodeURIComponent('mutation {cancel(experiment: "p1234", job: "1")}')}`});
  expect(response.statusCode).toBe(405);
});
