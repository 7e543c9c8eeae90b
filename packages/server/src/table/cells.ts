import {summaryToJson} from '@firstlight/core';
import {held} from '@firstlight/engine';
import type {TableColumn} from '@firstlight/engine';
import {detailsToJson} from '../experiments/cell.ts';
import {withAddress} from '../experiments/addresses.ts';
import type {Row} from '../experiments/served.ts';

/** Whether a cell's summary is a number or a boolean, and so needs no text. */
export function isNumeric(cells: TableColumn, position: number): boolean {
  const as = cells.heldAt(position);
  return as === held.number || as === held.boolean;
}

/** A cell's summary as JSON text; null when there is none. */
export function summaryText(cells: TableColumn, position: number, {run, experiment}: {run: Row; experiment: string}): string | null {
  if (cells.heldAt(position) === held.number) return numberText(cells.numberAt(position));
  const summary = cells.summaryAt(position);
  return summary === null ? null : JSON.stringify(summaryToJson(withAddress(summary, experiment, run, cells.name)));
}

/** What is known of a cell beside its value, as JSON text; null when nothing is. */
export function detailsText(cells: TableColumn, position: number): string | null {
  if (!cells.hasDetailsAt(position)) return null;
  const details = detailsToJson({attributes: cells.attributesAt(position), maxDiff: cells.maxDiffAt(position)});
  return details === undefined ? null : JSON.stringify(details);
}

const numberText = (value: number): string => (Number.isFinite(value) ? JSON.stringify(value) : `"${value}"`);
