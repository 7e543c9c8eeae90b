import {cellKinds} from '../cells/kinds.ts';
import type {Column} from '../experiment/column.ts';
import {splitTitle} from '../experiment/model.ts';

const narrowestPx = 48;
const widestPx = 800;
const widestByTitlePx = 208;
const paddingPx = 22;

/** Measures text as the header draws it. */
export type Measure = (text: string) => number;

/** The width a column has by itself: enough for its kind of value, and for its title within reason. */
export function naturalWidth({kind, variable}: Pick<Column, 'kind' | 'variable'>, measure: Measure): number {
  const {group, name} = splitTitle(variable.title);
  const title = Math.max(measure(variable.units ? `${name}  ${variable.units}` : name), measure(group)) + paddingPx;
  return Math.ceil(Math.max(cellKinds[kind].widthPx, Math.min(title, widestByTitlePx)));
}

/** Widths that someone has set by hand, kept in the browser for an experiment. */
export class ChosenWidths {
  readonly #key: string;
  readonly #storage: Pick<Storage, 'getItem' | 'setItem'>;
  readonly #widths: Map<string, number>;

  constructor(experiment: string, storage: Pick<Storage, 'getItem' | 'setItem'> = localStorage) {
    this.#key = `firstlight.widths.1.${experiment}`;
    this.#storage = storage;
    this.#widths = readWidths(storage.getItem(this.#key));
  }

  get(name: string): number | undefined {
    return this.#widths.get(name);
  }

  /** Sets a width in pixels; undefined goes back to the natural one. */
  set(name: string, widthPx: number | undefined): void {
    if (widthPx === undefined) this.#widths.delete(name);
    else this.#widths.set(name, Math.round(Math.max(narrowestPx, Math.min(widestPx, widthPx))));
    this.#storage.setItem(this.#key, JSON.stringify(Object.fromEntries(this.#widths)));
  }
}

function readWidths(text: string | null): Map<string, number> {
  try {
    const entries = Object.entries(JSON.parse(text ?? '{}') as object);
    return new Map(entries.filter((entry): entry is [string, number] => typeof entry[1] === 'number'));
  } catch {
    return new Map(); // someone else's text under our key: start afresh
  }
}
