import {useEffect, useRef} from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import {formatNumber, formatTicks} from '../cells/format.ts';
import {colourOf, useThemeName} from './theme-colours.ts';
import type {Drawable} from './value.ts';

const mostDots = 80;
const heightPx = 320;

/** A 1-D array as a line over its coordinate. Drag to zoom in, double-click to see all again. */
export function LineView({array, label}: {readonly array: Drawable; readonly label: string}) {
  const place = useRef<HTMLDivElement>(null);
  const theme = useThemeName();
  useEffect(() => {
    const {current} = place;
    if (!current) return undefined;
    const plot = new uPlot({...optionsFor(array, label), width: current.clientWidth, height: heightPx}, dataOf(array), current);
    const observer = new ResizeObserver(() => plot.setSize({width: current.clientWidth, height: heightPx}));
    observer.observe(current);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [array, label, theme]);
  return <div ref={place} className="line-view" role="img" aria-label={describe(array, label)} />;
}

const describe = ({shape, axes}: Drawable, label: string): string =>
  `Line of ${label}: ${shape[0]} points over ${axes[0]?.name ?? 'index'}`;

/** uPlot wants ascending positions: what is not in order is put in order. */
function dataOf({parts, axes, shape}: Drawable): uPlot.AlignedData {
  const length = shape[0] ?? 0;
  const x = Float64Array.from({length}, (_, i) => axes[0]?.values?.[i] ?? i);
  const ascending = x.every((value, i) => i === 0 || value >= (x[i - 1] ?? 0));
  if (ascending) return [x, ...parts.map(({values}) => values)];
  const order = Array.from({length}, (_, i) => i).sort((a, b) => (x[a] ?? 0) - (x[b] ?? 0));
  const ordered = (column: ArrayLike<number>) => Float64Array.from(order, (i) => column[i] ?? Number.NaN);
  return [ordered(x), ...parts.map(({values}) => ordered(values))];
}

function optionsFor({parts, axes, units, shape}: Drawable, label: string): Omit<uPlot.Options, 'width' | 'height'> {
  const [ink, line] = [colourOf('--ink-2'), colourOf('--line')];
  const strokes = [colourOf('--accent'), colourOf('--warn')];
  const axis: uPlot.Axis = {
    stroke: ink,
    grid: {stroke: line, width: 1},
    ticks: {stroke: line, width: 1},
    font: '11px sans-serif',
    labelFont: '11px sans-serif',
  };
  const show = (_: uPlot, value: number | null) => (value === null ? '–' : formatNumber(value));
  const values = (_: uPlot, splits: number[]) => formatTicks(splits);
  const showX = (_: uPlot, value: number | null) => (value === null ? '–' : String(value)); // a train id to the last digit
  return {
    scales: {x: {time: false}},
    cursor: {drag: {x: true, y: false}},
    series: [
      {label: axes[0]?.name ?? 'index', value: showX},
      ...parts.map(({name}, i) => ({
        label: [name || label, units].filter(Boolean).join(', '),
        stroke: strokes[i] ?? ink,
        width: 1.25,
        points: {show: (shape[0] ?? 0) <= mostDots, size: 5},
        value: show,
      })),
    ],
    axes: [
      {...axis, label: axes[0]?.name ?? 'index', labelSize: 18, space: 84, values},
      {...axis, label: units ?? '', labelSize: units === null ? 0 : 18, size: 62, values},
    ],
  };
}
