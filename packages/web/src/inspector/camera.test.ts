import {expect, test} from 'vitest';
import {fit, pixelAt, zoom} from './camera.ts';

const image = {width: 200, height: 100};
const screen = {width: 400, height: 400};

test('an image fits in the middle, and each point of it has its pixel', () => {
  const camera = fit(image, screen);
  expect(camera).toEqual({scale: 2, left: 0, top: 100});
  expect(pixelAt(camera, {x: 399, y: 100}, image)).toEqual({column: 199, row: 0});
  expect(pixelAt(camera, {x: 10, y: 99}, image)).toBeUndefined();
});

test('zooming keeps the point under the pointer, and ends at the whole image', () => {
  const at = {x: 123, y: 222};
  const closer = zoom(fit(image, screen), 4, at, image, screen);
  expect(pixelAt(closer, at, image)).toEqual(pixelAt(fit(image, screen), at, image));
  expect(zoom(closer, 0.01, at, image, screen)).toEqual(fit(image, screen));
});
