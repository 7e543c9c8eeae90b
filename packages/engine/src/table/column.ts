import type {Activity, Attributes, Cell, CellState, Summary} from '@firstlight/core';
import type {CellContent} from '../cell.ts';
import {grown} from './growing.ts';

/** The states of cells in the order of their codes; a stored cell's code is the same. */
export const stateCodes = ['ok', 'none', 'skipped', 'failed', 'missing'] as const satisfies readonly CellState[];
/** The activities in the order of their codes. */
export const activityCodes = ['idle', 'queued', 'running'] as const satisfies readonly Activity[];

/** How a summary is held: not at all, as a number in the typed array, or as an object. */
export const held = {nothing: 0, number: 1, boolean: 2, storedPicture: 3, object: 4} as const;

export const missingCode = stateCodes.indexOf('missing');
const kindBits = 7;
const hasMaxDiff = 8;
const hasAttributes = 16;
const hasMessage = 32;

/** What else than its number a stored cell may have. */
export interface StoredDetails {
  readonly summary: Summary;
  readonly attributes: Attributes | null;
  readonly message: string | null;
  /** NaN for none. */
  readonly maxDiff: number;
}

/** Makes the summary of a picture that lies in the folder since a moment (seconds since 1970). */
export type StoredPicture = (row: number, writtenAt: number) => Summary;

/**
 * One variable's cells for all runs, in typed arrays: ten thousand numbers cost 110 kB. Texts, trendlines, attributes and messages are objects only where they
 * exist; a `Cell` is made when somebody asks for one.
 *
 * A row is the number that `Table` gave a run.
 */
export class TableColumn {
  readonly name: string;
  readonly #picture: StoredPicture;
  #states: Uint8Array<ArrayBuffer> = new Uint8Array();
  /** How the summary is held, and which of the sparse things there are. */
  #marks: Uint8Array<ArrayBuffer> = new Uint8Array();
  /** Only once there is a number; of pictures, when they were written. */
  #numbers: Float64Array<ArrayBuffer> = new Float64Array();
  /** Only once something is waited for. */
  #activities: Uint8Array<ArrayBuffer> = new Uint8Array();
  #maxDiffs: Float64Array<ArrayBuffer> = new Float64Array();
  readonly #objects = new Map<number, Summary>();
  readonly #attributes = new Map<number, Attributes>();
  readonly #messages = new Map<number, string>();

  constructor(name: string, picture: StoredPicture) {
    this.name = name;
    this.#picture = picture;
  }

  /** A row's state, as a code. */
  stateAt(row: number): number {
    return this.#states[row] ?? missingCode;
  }

  /** A row's activity, as a code. */
  activityAt(row: number): number {
    return this.#activities[row] ?? 0;
  }

  /** How a row's summary is held. */
  heldAt(row: number): number {
    return (this.#marks[row] ?? 0) & kindBits;
  }

  /** The number of a summary that is held as a number or as a boolean. */
  numberAt(row: number): number {
    return this.#numbers[row] ?? 0;
  }

  summaryAt(row: number): Summary {
    switch (this.heldAt(row)) {
      case held.number:
        return this.numberAt(row);
      case held.boolean:
        return this.numberAt(row) !== 0;
      case held.storedPicture:
        return this.#picture(row, this.numberAt(row));
      case held.object:
        return this.#objects.get(row) ?? null;
      default:
        return null;
    }
  }

  hasMessageAt(row: number): boolean {
    return this.#has(row, hasMessage);
  }

  messageAt(row: number): string | null {
    return this.#has(row, hasMessage) ? (this.#messages.get(row) ?? null) : null;
  }

  attributesAt(row: number): Attributes | null {
    return this.#has(row, hasAttributes) ? (this.#attributes.get(row) ?? null) : null;
  }

  maxDiffAt(row: number): number | null {
    return this.#has(row, hasMaxDiff) ? (this.#maxDiffs[row] ?? null) : null;
  }

  /** Whether a row has attributes or a spread. */
  hasDetailsAt(row: number): boolean {
    return this.#has(row, hasMaxDiff | hasAttributes);
  }

  /** Whether a row holds something or waits for something. */
  isFilled(row: number): boolean {
    return this.stateAt(row) !== missingCode || this.activityAt(row) !== 0;
  }

  /** What a row's cell holds and what is being done about it. */
  contentAt(row: number): CellContent & Pick<Cell, 'activity'> {
    return {
      state: stateCodes[this.stateAt(row)] ?? 'missing',
      activity: activityCodes[this.activityAt(row)] ?? 'idle',
      summary: this.summaryAt(row),
      message: this.messageAt(row),
      attributes: this.attributesAt(row),
      maxDiff: this.maxDiffAt(row),
    };
  }

  setActivity(row: number, activity: Activity): void {
    this.#activities = grown(this.#activities, row + 1, 0);
    this.#activities[row] = activityCodes.indexOf(activity);
  }

  /** Puts what a cell holds; its activity stays. */
  setContent(row: number, {state, summary, message, attributes, maxDiff}: CellContent): void {
    this.#setState(row, stateCodes.indexOf(state));
    this.#hold(row, summary);
    if (maxDiff !== null) this.#setMaxDiff(row, maxDiff);
    this.#setSparse(row, message, attributes);
  }

  /** Puts a plain number as it was stored. */
  setStoredNumber(row: number, state: number, as: number, value: number): void {
    this.#setState(row, state);
    this.#holdNumber(row, value, as);
  }

  /** Puts a cell as it was stored; `as` and `number` as they are held, `details` when there is more. */
  setStored(row: number, state: number, as: number, value: number, {summary, message, attributes, maxDiff}: StoredDetails): void {
    this.#setState(row, state);
    if (as === held.object) this.#hold(row, summary);
    else this.#holdNumber(row, value, as);
    if (!Number.isNaN(maxDiff)) this.#setMaxDiff(row, maxDiff);
    this.#setSparse(row, message, attributes);
  }

  /** Notes when the picture of a cell was written, in seconds since 1970. */
  notePicture(row: number, writtenAt: number): void {
    this.#numbers = grown(this.#numbers, row + 1, 0);
    this.#numbers[row] = writtenAt;
  }

  /** When the picture of a cell was written, as far as it is known; -Infinity when not. */
  pictureWrittenAt(row: number): number {
    const isPicture = this.heldAt(row) === held.storedPicture || this.heldAt(row) === held.object;
    return isPicture ? this.numberAt(row) || -Infinity : -Infinity;
  }

  #has(row: number, bit: number): boolean {
    return ((this.#marks[row] ?? 0) & bit) !== 0;
  }

  /** Puts a state, and forgets all else but the activity. */
  #setState(row: number, state: number): void {
    this.#states = grown(this.#states, row + 1, missingCode);
    this.#marks = grown(this.#marks, row + 1, 0);
    const marks = this.#marks[row] ?? 0;
    if ((marks & kindBits) === held.object) this.#objects.delete(row);
    if (marks & hasAttributes) this.#attributes.delete(row);
    if (marks & hasMessage) this.#messages.delete(row);
    this.#states[row] = state;
    this.#marks[row] = 0;
  }

  #hold(row: number, summary: Summary): void {
    if (summary === null) return;
    if (typeof summary === 'number') return this.#holdNumber(row, summary, held.number);
    if (typeof summary === 'boolean') return this.#holdNumber(row, Number(summary), held.boolean);
    this.#objects.set(row, summary);
    this.#mark(row, held.object);
    if (this.#numbers.length > row) this.#numbers[row] = 0; // nothing is known of when a picture was written
  }

  #holdNumber(row: number, value: number, as: number): void {
    if (as !== held.nothing) {
      this.#numbers = grown(this.#numbers, Math.max(row + 1, this.#states.length), 0);
      this.#numbers[row] = value;
    }
    this.#mark(row, as);
  }

  #setMaxDiff(row: number, maxDiff: number): void {
    this.#maxDiffs = grown(this.#maxDiffs, row + 1, 0);
    this.#maxDiffs[row] = maxDiff;
    this.#mark(row, hasMaxDiff);
  }

  #setSparse(row: number, message: string | null, attributes: Attributes | null): void {
    if (message !== null) {
      this.#messages.set(row, message);
      this.#mark(row, hasMessage);
    }
    if (attributes !== null) {
      this.#attributes.set(row, attributes);
      this.#mark(row, hasAttributes);
    }
  }

  #mark(row: number, bits: number): void {
    this.#marks[row] = (this.#marks[row] ?? 0) | bits;
  }
}
