import {expect, test} from 'vitest';
import {fitted, modernFigure} from './figure.ts';

test('figures of older plotly are given the names that plotly.js 4 knows', () => {
  const figure = modernFigure({
    data: [{type: 'scattermapbox', lat: [1], latsrc: 'user:1:ab', source: 'kept'}],
    layout: {mapbox: {zoom: 2}, mapbox2: {}, title: {text: 'a'}},
  });
  expect(figure).toEqual({data: [{type: 'scattermap', lat: [1], source: 'kept'}], layout: {map: {zoom: 2}, map2: {}, title: {text: 'a'}}});
});

test('a figure fills its place, and what is no figure says so', () => {
  expect(fitted({data: [], layout: {width: 700, height: 500, title: 'a'}})).toEqual({
    data: [],
    layout: {height: 500, title: 'a', autosize: true},
  });
  expect(() => modernFigure([1, 2])).toThrow('not a Plotly figure');
});
