import type {DataArray, NDArray} from '@firstlight/core';
import type {SummaryName} from './summary-names.ts';
import type {PlotlyFigure, Picture, Scalar, Storable} from './results.ts';

/** How a value looks in the table, beside what it is. */
export interface CellOptions {
  /** Name of the reduction whose result the table shows, instead of the variable's. */
  readonly summary?: SummaryName;
  /** What the table shows, as it is. */
  readonly summaryValue?: Scalar | NDArray;
  /** What the inspector draws instead of the data: 1-D or 2-D numbers, or a figure. */
  readonly preview?: NDArray | DataArray | PlotlyFigure | Picture;
  readonly bold?: boolean;
  /** Background colour, `#rrggbb` or red, green, blue from 0 to 255. */
  readonly background?: string | readonly [number, number, number];
  /** Units, instead of the variable's; a DataArray's attribute `units` counts too. */
  readonly units?: string;
  /** One standard deviation of what the table shows, in its units. */
  readonly uncertainty?: number;
  /** How the number is written, as Python's format: `.2f`, `.3e`. */
  readonly format?: string;
}

function colourOf(background: NonNullable<CellOptions['background']>): [number, number, number] {
  const parts =
    typeof background === 'string'
      ? [1, 3, 5].map((at) => (/^#([\da-f]{2}){3,}$/i.test(background) ? Number.parseInt(background.slice(at, at + 2), 16) : Number.NaN))
      : background.map(Math.trunc);
  if (parts.length === 3 && parts.every((part) => part >= 0 && part <= 255)) return parts as [number, number, number];
  throw new TypeError(
    `The background ${JSON.stringify(background)} of a cell is no colour; write '#rrggbb' or three numbers from 0 to 255.`,
  );
}

/**
 * A value together with how its cell looks.
 *
 * @example
 * return new Cell(spectrum, {summaryValue: peak, bold: peak > 10, units: 'eV'});
 */
export class Cell<Data extends Storable | null> {
  readonly data: Data;
  readonly summary: SummaryName | undefined;
  readonly summaryValue: Scalar | NDArray | undefined;
  readonly preview: CellOptions['preview'];
  readonly bold: boolean | undefined;
  readonly background: [number, number, number] | undefined;
  readonly units: string | undefined;
  readonly uncertainty: number | undefined;
  readonly format: string | undefined;

  constructor(data: Data, options: CellOptions = {}) {
    this.data = data;
    this.summary = options.summary;
    this.summaryValue = options.summaryValue;
    this.preview = options.preview;
    this.bold = options.bold;
    this.background = options.background === undefined ? undefined : colourOf(options.background);
    this.units = options.units;
    this.uncertainty = options.uncertainty;
    this.format = options.format;
    if (options.units !== undefined && typeof options.units !== 'string') throw new TypeError('The units of a cell must be a string.');
    if (options.format !== undefined && typeof options.format !== 'string') throw new TypeError('The format of a cell must be a string.');
    if (options.uncertainty !== undefined && typeof options.uncertainty !== 'number')
      throw new TypeError('The uncertainty of a cell must be a number.');
  }
}

/**
 * Makes a value together with how its cell looks; the same as `new Cell(…)`.
 *
 * @example
 * return cell(spectrum, {summaryValue: peak, uncertainty: 0.1, format: '.2f'});
 */
export const cell = <Data extends Storable | null>(data: Data, options?: CellOptions): Cell<Data> => new Cell(data, options);
