import type {Coordinate, NDArray} from '@firstlight/core';
import type {CellValue} from '../src/index.ts';
import {array} from './support.ts';

const ramp = (length: number): number[] => Array.from({length}, (_, i) => i);
const coordinate = (dims: readonly string[], values: NDArray, attrs: Record<string, unknown> = {}): Coordinate => ({
  ...values,
  dims,
  attrs,
});
const picture = Uint8Array.from({length: 40 * 20 * 4}, (_, i) => (i % 4 === 3 ? 255 : i % 251));

const matrix = array('float64', [3, 4], Float64Array.from(ramp(12)));

/** One value of every kind, by name. */
export const everyKind: Readonly<Record<string, CellValue>> = {
  integer: {data: 42n},
  integer_smallest: {data: -(2n ** 63n)},
  integer_largest: {data: 2n ** 63n - 1n},
  integer_unsigned: {data: array('uint16', [], Uint16Array.of(65_535))},
  float: {data: 2.5, units: 'mJ'},
  float_whole: {data: 3},
  float_single: {data: array('float32', [], Float32Array.of(0.1))},
  float_half: {data: array('float16', [], Float16Array.of(0.5))},
  float_nan: {data: Number.NaN},
  float_infinite: {data: Number.NEGATIVE_INFINITY},
  bool_true: {data: true},
  bool_false: {data: false},
  complex: {data: {re: 1, im: -2}},
  text: {data: 'plain'},
  text_empty: {data: ''},
  text_unicode: {data: 'Grüße, 光 🙂\nsecond line'},
  line: {data: array('float64', [5], Float64Array.of(1, 5, Number.NaN, -2, 3))},
  line_long: {
    data: array(
      'float64',
      [1000],
      Float64Array.from(ramp(1000), (x) => Math.sin(x / 30)),
    ),
  },
  line_integer: {data: array('int64', [3], BigInt64Array.of(1n, 2n ** 60n, -3n))},
  line_small: {data: array('int8', [2], Int8Array.of(-128, 127))},
  line_bool: {data: array('bool', [3], Uint8Array.of(1, 0, 1))},
  line_complex: {data: array('complex128', [2], Float64Array.of(1, 2, 3, 4))},
  line_empty: {data: array('float32', [0], new Float32Array(0))},
  line_mean: {data: array('float32', [4], Float32Array.of(1, 2, 3, 4)), summaryMethod: 'mean'},
  matrix: {data: matrix},
  matrix_single: {data: array('float32', [2, 2], Float32Array.of(1, 2, 3, Number.NaN)), summaryMethod: 'nanmax'},
  matrix_complex: {data: array('complex64', [2, 2], Float32Array.of(1, 1, 2, 2, 3, 3, 4, 4))},
  matrix_bool: {data: array('bool', [2, 2], Uint8Array.of(1, 0, 0, 1))},
  matrix_integer: {data: array('uint16', [2, 3], Uint16Array.from(ramp(6)))},
  cube: {data: array('float64', [2, 3, 5], Float64Array.from(ramp(30)))},
  colours: {data: array('uint8', [2, 2, 3], Uint8Array.from(ramp(12)))},
  labelled_single: {data: {kind: 'DataArray', dims: [], coords: {}, attrs: {}, array: array('float64', [], Float64Array.of(7))}},
  labelled_line: {
    data: {
      kind: 'DataArray',
      name: 'spectrum',
      dims: ['energy'],
      coords: {
        energy: coordinate(['energy'], array('float64', [3], Float64Array.of(9, 9.5, 10)), {units: 'keV'}),
        scan: coordinate([], array('string', [], ['second'])),
        channel: coordinate(['energy'], array('int64', [3], BigInt64Array.of(7n, 8n, 9n))),
      },
      attrs: {units: 'counts', gain: 2.5, note: 'Größe', limits: [1, 2, 3]},
      array: array('float32', [3], Float32Array.of(1, 2, 3)),
    },
  },
  labelled_matrix: {
    data: {
      kind: 'DataArray',
      dims: ['y', 'x'],
      coords: {x: coordinate(['x'], array('int64', [4], BigInt64Array.of(1n, 2n, 3n, 4n)))},
      attrs: {},
      array: matrix,
    },
  },
  labelled_name_taken: {
    data: {
      kind: 'DataArray',
      name: 't',
      dims: ['t'],
      coords: {t: coordinate(['t'], array('float64', [2], Float64Array.of(0, 1)))},
      attrs: {},
      array: array('int32', [2], Int32Array.of(5, 6)),
    },
  },
  labelled_bool: {data: {kind: 'DataArray', dims: ['t'], coords: {}, attrs: {}, array: array('bool', [2], Uint8Array.of(0, 1))}},
  labelled_complex: {
    data: {kind: 'DataArray', dims: ['t'], coords: {}, attrs: {}, array: array('complex128', [2], Float64Array.of(1, 2, 3, 4))},
  },
  labelled_text: {data: {kind: 'DataArray', dims: ['t'], coords: {}, attrs: {}, array: array('string', [2], ['a', 'bé'])}},
  dataset: {
    data: {
      kind: 'Dataset',
      variables: {
        counts: {dims: ['x', 'y'], attrs: {}, array: array('float64', [2, 3], Float64Array.from(ramp(6)))},
        good: {dims: ['x'], attrs: {}, array: array('bool', [2], Uint8Array.of(1, 0))},
      },
      coords: {x: coordinate(['x'], array('float64', [2], Float64Array.of(10, 20)))},
      attrs: {facility: 'EuXFEL'},
    },
  },
  image: {data: {kind: 'image', rgba: picture, width: 40, height: 20}},
  plotly: {data: {kind: 'plotly', json: JSON.stringify({data: [{type: 'scatter', y: [1, 3, 2]}], layout: {title: {text: 'ä'}}})}},
  cell: {
    data: matrix,
    summaryValue: 4n,
    preview: array('float64', [2], Float64Array.of(8, 9)),
    units: 'µJ',
    bold: true,
    background: [255, 0, 16],
  },
  cell_text: {data: matrix, summaryValue: 'peak at 3'},
  cell_image: {data: 1.5, preview: {kind: 'image', rgba: picture, width: 40, height: 20}},
  cell_labelled: {
    data: 2.5,
    preview: {kind: 'DataArray', dims: ['t'], coords: {}, attrs: {}, array: array('float64', [2], Float64Array.of(1, 2))},
  },
  cell_plotly: {data: 3.5, preview: {kind: 'plotly', json: JSON.stringify({data: [{type: 'scatter', y: [4, 5]}], layout: {}})}},
  cell_summary_only: {data: null, summaryValue: 11.5},
  'group.member': {data: 1.25},
};
