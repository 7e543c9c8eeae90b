import {expect, test} from 'vitest';
import {formatRoute, parseRoute, type Route} from './route.ts';

test('an address names a cell of the only experiment', () => {
  expect(parseRoute('#/p1234/run/12/xgm.intensity')).toEqual({
    experiment: null,
    cell: {proposal: 1234, run: 12, name: 'xgm.intensity'},
  });
});

test('an experiment whose id looks like a proposal is not mistaken for one', () => {
  expect(parseRoute('#/p1234')).toEqual({experiment: 'p1234', cell: null});
  expect(parseRoute('#/p1234/p1234/run/3/a')).toEqual({experiment: 'p1234', cell: {proposal: 1234, run: 3, name: 'a'}});
});

test('every address is read back as it was written', () => {
  const routes: Route[] = [
    {experiment: null, cell: null},
    {experiment: 'SPB / June', cell: null},
    {experiment: 'a%b', cell: {proposal: 9, run: 1, name: 'größe.mittel'}},
    {experiment: null, cell: {proposal: 900123, run: 7, name: 'x'}},
  ];
  for (const route of routes) expect(parseRoute(formatRoute(route))).toEqual(route);
});

test('nonsense is the first experiment with nothing open', () => {
  expect(parseRoute('')).toEqual({experiment: null, cell: null});
  expect(parseRoute('#/%E0%A4%A')).toEqual({experiment: '%E0%A4%A', cell: null});
});
