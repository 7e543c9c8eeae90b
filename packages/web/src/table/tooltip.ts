import type {Variable} from '@firstlight/core';
import {formatNumber} from '../cells/format.ts';
import {exactText, kindOf, unitsOf} from '../cells/kinds.ts';
import type {CellContent} from '../experiment/model.ts';

/** What a cell says under the pointer: the whole number, the whole text, why there is no value, what is being done. */
export function tooltipOf(cell: CellContent, variable: Variable): string {
  const lines = [
    valueLine(cell, variable),
    cell.state === 'ok' && cell.message !== null ? cell.message : '',
    spreadLine(cell, variable),
    activityLine(cell),
  ];
  return lines.filter((line) => line !== '').join('\n');
}

function valueLine(cell: CellContent, variable: Variable): string {
  const {state, summary, message} = cell;
  if (state === 'failed' || state === 'skipped') return message ?? state;
  if (state === 'none') return 'The function returned no value.';
  if (state === 'missing') return cell.activity === 'idle' ? 'Not computed.' : '';
  const kind = kindOf(summary);
  if (kind === 'image') return 'Picture; click to enlarge.';
  const text = typeof summary === 'boolean' ? String(summary) : exactText(cell);
  const units = unitsOf(cell, variable);
  return units === null ? text : `${text} ${units}`;
}

const spreadLine = (cell: CellContent, variable: Variable): string =>
  cell.maxDiff !== null && cell.maxDiff > 0
    ? `spread of the data: ${formatNumber(cell.maxDiff)} ${unitsOf(cell, variable) ?? ''}`.trimEnd()
    : '';

const activityLine = ({activity}: CellContent): string =>
  ({idle: '', queued: 'Waits to be computed.', running: 'Being computed.'})[activity];
