import {openFile} from '@firstlight/hdf5';
import {proposalDirectory, simulate, StandInCatalogue} from '@firstlight/simulator';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, test} from 'vitest';
import {RunnerProcess, fixture} from './runner-process.ts';

const scratch = mkdtempSync(join(tmpdir(), 'firstlight-language-'));
afterAll(() => rmSync(scratch, {recursive: true}));

describe('the whole language', () => {
  let shared: RunnerProcess | undefined;
  afterAll(async () => shared?.[Symbol.asyncDispose]());
  const theRunner = async () => {
    if (shared) return shared;
    shared = new RunnerProcess();
    await shared.load(fixture('language'));
    return shared;
  };

  test('is described, groups included, with places and doc comments', async () => {
    const runner = await theRunner();
    const {variables, groups, problems} = await runner.load(fixture('language'));
    expect(problems).toEqual([]);
    const byName = Object.fromEntries(variables.map((variable) => [variable.name, variable]));
    expect(byName).toMatchObject({
      uncertain: {description: 'Uncertain, but well written.\nIn two lines.'},
      own_summary: {description: null},
      'near.double': {description: 'Twice as far.'},
      range: {summary: 'function', description: 'The range, by a function.'},
      cut: {inputs: [{parameter: 'cut', kind: 'param', name: 'cut', optional: true}]},
      mode: {inputs: [{parameter: 'mode', kind: 'param', name: 'mode', optional: false}]},
      endless: {description: 'Ends never.', needs: {timeoutSeconds: 0.2, cpus: 2, dependsOn: ['mask.h5']}},
      'near.position': {title: 'Near/Position', description: 'Where it is.', tags: ['device'], units: 'mm', line: 39},
      'far.double': {title: 'far/double', inputs: [{parameter: 'position', kind: 'var', name: 'far.position', optional: false}]},
      'alone.left.position': {title: 'alone/left/Position'},
    });
    expect(variables.filter(({name}) => name.includes('__missing__'))).toEqual([]);
    expect(groups).toContainEqual({name: 'near', title: 'Near', line: 52, column: 21});
    expect(groups.map(({name}) => name)).toEqual(['alone', 'alone.left', 'pair', 'far', 'near']);
  });

  test('runs: parameters, summaries by function, time limits, groups with links', async () => {
    const runner = await theRunner();
    const {values} = await runner.run({parameters: {mode: 'fast', n: '4'}});
    expect(values).toMatchObject({
      uncertain: {summary: 3.25, attributes: {uncertainty: 0.5, format: '.1f', units: 'mm'}},
      range: {summary: 4, kind: 'float64 (3,)'},
      own_summary: {summary: 2},
      bad_summary: {state: 'ok', summary: {trendline: expect.anything()}},
      cut: {summary: 3.5},
      mode: {summary: {text: 'fast'}},
      count: {summary: 5},
      skipped: {state: 'skipped', attributes: {error: 'not today', error_cls: 'Skip'}},
      endless: {state: 'failed', attributes: {error_cls: 'TimeLimit', error: expect.stringContaining('limit of 0.2 s')}},
      after_endless: {summary: 4},
      'near.position': {summary: 11},
      'near.double': {summary: 22},
      'far.double': {summary: 204},
      'pair.sum': {summary: 113},
      'alone.sum': {state: 'skipped', attributes: {error: "Dependencies returned no data:\n- 'alone.__missing__.right.position'"}},
      'alone.left_or_sum': {summary: 15},
    });
    expect(Object.keys(values).filter((name) => name.includes('__missing__'))).toEqual([]);
    expect(runner.output).toContain('Failed to produce summary data for bad_summary\nError: no idea');
    using file = openFile(join(runner.fragments, values.uncertain?.fragment ?? ''), 'r');
    expect(file.dataset('.reduced/uncertain').attributes.get('uncertainty')).toBe(0.5);
    expect(file.dataset('.reduced/uncertain').attributes.get('format')).toBe('.1f');
  });

  test('leaves out what lacks a parameter, and fails what has a wrong one', async () => {
    const runner = await theRunner();
    const without = await runner.run({variables: ['of_mode', 'cut'], parameters: {cut: 1}});
    expect(without.values).toMatchObject({
      mode: {state: 'skipped', fragment: null, attributes: {error: 'Missing parameter values: mode'}},
      of_mode: {state: 'skipped', attributes: {error: "Dependencies returned no data:\n- 'mode'"}},
      cut: {summary: 1},
    });
    const wrong = await runner.run({variables: ['mode'], parameters: {mode: 'slowly'}});
    expect(wrong.values.mode).toMatchObject({
      state: 'failed',
      attributes: {error_cls: 'TypeError', error: expect.stringContaining('The parameter mode is "slowly"')},
    });
  });
});

describe('the metadata catalogue', async () => {
  const dir = join(scratch, 'data');
  await simulate({dir, runs: 1, trains: 4, detector: [4, 4], camera: [4, 4], seed: 3});
  const proposalPath = proposalDirectory(dir, 1234);
  const techniques = [{identifier: 'PaNET01168', name: 'SFX'}];

  test('is asked once for all variables of a run', async () => {
    await using catalogue = await StandInCatalogue.start({sampleName: 'lysozyme', runType: 'Dark', techniques});
    await catalogue.leaveCredentials(proposalPath);
    await using runner = new RunnerProcess();
    expect((await runner.load(fixture('catalogue'))).problems).toEqual([]);
    const {values} = await runner.run({mock: false, run: 1, dataRoot: dir});
    expect(values).toMatchObject({
      sample: {summary: {text: 'lysozyme'}},
      type: {summary: {text: 'Dark'}},
      both: {summary: {text: 'lysozyme PaNET01168'}},
      of_sample: {summary: 8},
    });
    expect(catalogue.requests.toSorted()).toEqual(['experiments/1', 'proposals/by_number/1234/runs/1', 'runs/1', 'samples/1']);
  });

  test.each([
    ['does not answer', {isSilent: true}, 'gave no answer within 0.2 s'],
    ['is not there', undefined, 'cannot be reached'],
  ])('that %s costs the variables that ask it, once, and no other', async (_, options, said) => {
    {
      await using catalogue = await StandInCatalogue.start(options);
      await catalogue.leaveCredentials(proposalPath);
      await using runner = new RunnerProcess({FIRSTLIGHT_CATALOGUE_SECONDS: '0.2'});
      await runner.load(fixture('catalogue'));
      if (!options) await catalogue[Symbol.asyncDispose]();
      const {values} = await runner.run({mock: false, run: 1, dataRoot: dir});
      expect(values).toMatchObject({
        sample: {state: 'failed', attributes: {error_cls: 'CatalogueError', error: expect.stringContaining(said)}},
        type: {state: 'failed'},
        both: {state: 'failed'},
        of_sample: {state: 'failed', attributes: {error_cls: 'DependencyError'}},
        other: {state: 'ok'},
      });
    }
  });

  test('has credentials in the proposal, or says that it has none', async () => {
    rmSync(join(proposalPath, 'usr'), {recursive: true});
    await using runner = new RunnerProcess();
    await runner.load(fixture('catalogue'));
    const {values} = await runner.run({mock: false, run: 1, dataRoot: dir, variables: ['sample']});
    expect(values.sample?.attributes?.error).toMatch(/p001234\/usr\/mymdc-credentials\.yml \(ENOENT: no such file or directory\)\.$/);
    const mock = await runner.run({variables: ['sample']});
    expect(mock.values.sample?.attributes?.error).toContain('a run without files has no proposal directory');
  });
});
