import {useEffect, useMemo, useRef, useState, type PointerEvent} from 'react';
import {formatNumber, formatShape} from '../cells/format.ts';
import {fit, pixelAt, zoom, type Camera} from './camera.ts';
import {percentileLimits} from './limits.ts';
import {gradient, pictureOf} from './paint-image.ts';
import {useThemeName} from './theme-colours.ts';
import type {Drawable} from './value.ts';

const ranges = {1: '1 to 99 %', 0.1: '0.1 to 99.9 %', 0: 'Full range'} as const;
const step = 1.5;

interface Pointed {
  readonly row: number;
  readonly column: number;
}

/** A 2-D array in viridis between percentile limits, with the value under the pointer. Wheel or buttons zoom, dragging moves, a double click shows all. */
export function ImageView({array, label, flipped}: {readonly array: Drawable; readonly label: string; readonly flipped: boolean}) {
  const [rows = 0, columns = 0] = array.shape;
  const image = useMemo(() => ({rows, columns, width: columns, height: rows}), [rows, columns]);
  const values = array.parts[0]?.values ?? noValues;
  const [percent, setPercent] = useState(1);
  const [pointed, setPointed] = useState<Pointed>();
  const limits = useMemo(() => percentileLimits(values, percent), [values, percent]);
  const picture = useMemo(() => pictureOf(values, image, limits), [values, image, limits]);
  const {canvas, move, zoomBy, reset, at} = useCamera(picture, image, flipped);

  const onPointerMove = (event: PointerEvent<HTMLCanvasElement>) => {
    if (event.buttons === 1) move(event.movementX, event.movementY);
    setPointed(at(event.nativeEvent));
  };

  return (
    <figure className="image-view">
      <canvas
        ref={canvas}
        role="img"
        aria-label={`Image of ${label}: ${formatShape(array.shape)}, colours from ${formatNumber(limits.low)} to ${formatNumber(limits.high)}${unitsText(array)}`}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={onPointerMove}
        onPointerLeave={() => setPointed(undefined)}
        onDoubleClick={reset}
      />
      <div className="scale">
        <span>{formatNumber(limits.low)}</span>
        <span className="colours" style={{background: gradient('to right')}} />
        <span>
          {formatNumber(limits.high)}
          {unitsText(array)}
        </span>
      </div>
      <figcaption>
        <output className="readout">{pointed ? readout(array, values, pointed) : 'Point at the image to read its values.'}</output>
        <span className="tools">
          <select
            className="choice"
            aria-label="Colour limits"
            value={percent}
            onChange={(event) => setPercent(Number(event.target.value))}
          >
            {Object.entries(ranges)
              .sort(([a], [b]) => Number(b) - Number(a))
              .map(([value, name]) => (
                <option key={value} value={value}>
                  {name}
                </option>
              ))}
          </select>
          <button type="button" className="button" aria-label="Zoom in" onClick={() => zoomBy(step)}>
            +
          </button>
          <button type="button" className="button" aria-label="Zoom out" onClick={() => zoomBy(1 / step)}>
            −
          </button>
          <button type="button" className="button" onClick={reset}>
            All
          </button>
        </span>
      </figcaption>
    </figure>
  );
}

const noValues = new Float32Array();
const unitsText = ({units}: Drawable): string => (units === null ? '' : ` ${units}`);

function readout(array: Drawable, values: ArrayLike<number>, {row, column}: Pointed): string {
  const [y, x] = array.axes;
  const [high = 1, wide = 1] = array.block;
  const place = (axis: typeof x, index: number, block: number) => {
    const from = index * block;
    const coordinate = axis?.values?.[index];
    return `${axis?.name ?? 'index'} ${from}${coordinate === undefined || coordinate === from ? '' : ` (${formatNumber(coordinate)})`}`;
  };
  const value = values[row * (array.shape[1] ?? 0) + column] ?? Number.NaN;
  return `${place(y, row, high)}, ${place(x, column, wide)}: ${formatNumber(value)}${unitsText(array)}${high * wide > 1 ? ' (mean)' : ''}`;
}

/** The canvas with its camera: draws when picture, camera, size or theme change. */
function useCamera(picture: HTMLCanvasElement, image: {width: number; height: number}, flipped: boolean) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [camera, setCamera] = useState<Camera>();
  const [screen, setScreen] = useState({width: 0, height: 0});
  const theme = useThemeName();
  const now = camera ?? fit(image, screen);

  useEffect(() => setCamera(undefined), [image, screen]);
  useEffect(() => {
    const {current} = canvas;
    if (!current) return undefined;
    const measure = () => setScreen({width: current.clientWidth, height: current.clientHeight});
    const observer = new ResizeObserver(measure);
    observer.observe(current);
    const onWheel = (event: WheelEvent) => {
      event.preventDefault(); // the inspector must not scroll away under the pointer
      setCamera((before) =>
        zoom(
          before ?? fit(image, sizeOf(current)),
          Math.exp(-event.deltaY / 300),
          {x: event.offsetX, y: event.offsetY},
          image,
          sizeOf(current),
        ),
      );
    };
    current.addEventListener('wheel', onWheel, {passive: false});
    return () => {
      observer.disconnect();
      current.removeEventListener('wheel', onWheel);
    };
  }, [image]);
  useEffect(() => {
    if (canvas.current && screen.width > 0) draw(canvas.current, picture, now, screen, flipped);
  }, [picture, now.scale, now.left, now.top, screen, flipped, theme]);

  const toData = (pixel: Pointed | undefined) => (pixel && flipped ? {...pixel, row: image.height - 1 - pixel.row} : pixel);
  return {
    canvas,
    reset: () => setCamera(undefined),
    move: (x: number, y: number) => setCamera({...now, left: now.left + x, top: now.top + y}),
    zoomBy: (factor: number) => setCamera(zoom(now, factor, {x: screen.width / 2, y: screen.height / 2}, image, screen)),
    at: ({offsetX, offsetY}: {offsetX: number; offsetY: number}) => toData(pixelAt(now, {x: offsetX, y: offsetY}, image)),
  };
}

const sizeOf = ({clientWidth, clientHeight}: HTMLElement) => ({width: clientWidth, height: clientHeight});

function draw(
  canvas: HTMLCanvasElement,
  picture: HTMLCanvasElement,
  {scale, left, top}: Camera,
  screen: {width: number; height: number},
  flipped: boolean,
): void {
  const ratio = devicePixelRatio;
  canvas.width = Math.round(screen.width * ratio);
  canvas.height = Math.round(screen.height * ratio);
  const context = canvas.getContext('2d');
  if (!context) return;
  context.imageSmoothingEnabled = scale * ratio < 1; // pixels stay pixels; only what is shrunk is averaged
  context.setTransform(
    ratio * scale,
    0,
    0,
    ratio * scale * (flipped ? -1 : 1),
    ratio * left,
    ratio * (flipped ? top + picture.height * scale : top),
  );
  context.drawImage(picture, 0, 0);
}
