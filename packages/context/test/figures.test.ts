import {execFileSync} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {encodePng} from '@firstlight/store';
import {describe, expect, test} from 'vitest';
import {dataArray, plotly, png, svg} from '../src/index.ts';
import {toValue} from '../src/runner/child/convert.ts';

const python = fileURLToPath(new URL('../../../.venv/bin/python', import.meta.url));
const script = `
import base64, io, json
import numpy as np
from PIL import Image
pixels = np.random.default_rng(1).integers(0, 256, (7, 13, 4), dtype='u1')
pixels[:, :, 1] = np.arange(13) * 9
def saved(image, **options):
    with io.BytesIO() as file:
        image.save(file, 'PNG', **options)
        return [image.mode, base64.b64encode(file.getvalue()).decode(), image.convert('RGBA').tobytes().hex()]
picture = Image.fromarray(pixels)
pictures = [saved(picture.convert(mode)) for mode in ('RGBA', 'RGB', 'L', 'LA', '1')]
pictures += [saved(picture.convert('RGB').quantize(colours)) for colours in (2, 4, 16, 200)]
print(json.dumps(pictures))
`;

describe('png()', () => {
  const pictures = JSON.parse(execFileSync(python, ['-c', script], {encoding: 'utf8'})) as [mode: string, file: string, rgba: string][];

  test.each(pictures)('reads what Pillow writes in mode %s', (_, file, rgba) => {
    const picture = png(Buffer.from(file, 'base64'));
    expect([picture.width, picture.height]).toEqual([13, 7]);
    expect(Buffer.from(picture.rgba).toString('hex')).toBe(rgba);
    expect(toValue(picture)).toMatchObject({kind: 'image', width: 13});
  });

  test('reads what we write, and says what it cannot read', () => {
    const rgba = Uint8Array.from({length: 4 * 6}, (_, i) => i * 10);
    const file = encodePng(rgba, 3, 2);
    expect(png(file)).toEqual({rgba, width: 3, height: 2});
    expect(() => png(Uint8Array.of(1, 2, 3))).toThrow('wants the bytes of a PNG file');
    expect(() => png(file.with(28, 1))).toThrow('interlaced');
    expect(() => png(file.subarray(0, 30))).toThrow(/ends too early|unexpected end/);
  });
});

describe('plotly()', () => {
  test('takes typed and labelled arrays where Plotly wants lists', () => {
    const map = dataArray(
      [
        [1, Number.NaN],
        [3, 4],
      ],
      {dims: ['y', 'x'], coords: {x: BigUint64Array.of(5n, 6n)}},
    );
    const figure = plotly({
      data: [{type: 'heatmap', x: map.coord('x'), z: map, other: {y: Float32Array.of(0.5)}}],
      layout: {title: {text: 'T'}},
    });
    expect(toValue(figure)).toEqual({
      kind: 'plotly',
      json: '{"data":[{"type":"heatmap","x":[5,6],"z":[[1,null],[3,4]],"other":{"y":[0.5]}}],"layout":{"title":{"text":"T"}}}',
    });
    expect(() => plotly({data: [{y: dataArray({dtype: 'complex64', shape: [1], data: Float32Array.of(1, 2)})}]})).toThrow('complex');
  });
});

describe('svg()', () => {
  test('keeps a drawing as it is, in a figure of its size', () => {
    const {data, layout} = svg('<?xml version="1.0"?>\n<svg width="90px" height="60"><text>μ</text></svg>');
    const {images, width, height} = layout as {images: {source: string}[]; width: number; height: number};
    expect([data, width, height]).toEqual([[], 90, 60]);
    const [, encoded = ''] = images[0]?.source.split('base64,') ?? [];
    expect(Buffer.from(encoded, 'base64').toString()).toContain('<svg xmlns="http://www.w3.org/2000/svg" width="90px" height="60"><text>μ');
    expect(svg('<svg viewBox="0 0 20 10"></svg>').layout).toMatchObject({width: 20, height: 10});
    expect(() => svg('a text')).toThrow('svg() wants the text of an SVG drawing');
  });
});
