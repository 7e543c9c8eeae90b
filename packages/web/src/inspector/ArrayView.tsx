import {lazy, useMemo, useState} from 'react';
import {ImageView} from './ImageView.tsx';
import {useLoaded} from './useLoaded.ts';
import {fetchArray, type ArrayFacts} from './value.ts';

const LineView = lazy(() => import('./LineView.tsx').then(({LineView}) => ({default: LineView})));

/** Larger images are sent as means over blocks of pixels, which fill a screen as well. */
const largestImage = '2000x2000';

interface ArrayViewProps {
  readonly facts: ArrayFacts;
  /** Changes when the value does. */
  readonly version: string;
  readonly label: string;
}

/** Whether there is something to draw: numbers along at least one dimension. */
export const canDraw = ({dtype, shape}: ArrayFacts): boolean =>
  dtype !== null && dtype !== 'string' && shape.length > 0 && shape.every((n) => n > 0);

/** An array as a line, an image, or one image of a stack. */
export function ArrayView(props: ArrayViewProps) {
  const {shape} = props.facts;
  if (shape.length === 1) return <Loaded {...props} slice={null} />;
  return shape.length === 2 ? <Loaded {...props} slice={null} /> : <Stack {...props} />;
}

/** More than two dimensions: one image of the last two, chosen by its place in the others. */
function Stack(props: ArrayViewProps) {
  const {shape, dims} = props.facts;
  const outer = shape.slice(0, -2);
  const [places, setPlaces] = useState<readonly number[]>(outer.map(() => 0));
  const placeIn = (dimension: number) => Math.min(places[dimension] ?? 0, (outer[dimension] ?? 1) - 1);
  const move = (dimension: number, place: number) => setPlaces(outer.map((_, i) => (i === dimension ? place : placeIn(i))));
  return (
    <>
      {outer.map((n, dimension) => (
        <label className="place" key={`${dims?.[dimension]} ${n}`}>
          {dims?.[dimension] ?? `Dimension ${dimension}`}
          <input
            type="range"
            min={0}
            max={n - 1}
            value={placeIn(dimension)}
            onChange={(event) => move(dimension, Number(event.target.value))}
          />
          <output>
            {placeIn(dimension)} of {n}
          </output>
        </label>
      ))}
      <Loaded {...props} slice={outer.map((_, dimension) => placeIn(dimension)).join(',')} />
    </>
  );
}

function Loaded({facts, version, label, slice}: ArrayViewProps & {readonly slice: string | null}) {
  const address = addressOf(facts, slice);
  // One subject for all slices, so that the last picture stays until the next one is there.
  const loaded = useLoaded(facts.address, `${version} ${address}`, (signal) => fetchArray(address, signal));
  const array = useMemo(
    () => (loaded.phase === 'ready' ? {...loaded.value, units: loaded.value.units ?? facts.units} : null),
    [loaded, facts.units],
  );
  if (loaded.phase === 'failed') return <p className="failure">The array cannot be shown. {loaded.sentence}</p>;
  if (!array) return <p className="quiet">Loading the array…</p>;
  return facts.shape.length === 1 ? (
    <LineView array={array} label={label} />
  ) : (
    <ImageView array={array} label={label} flipped={facts.labelled} />
  );
}

function addressOf({address, shape}: ArrayFacts, slice: string | null): string {
  const url = new URL(address, location.href);
  if (slice !== null) url.searchParams.set('slice', slice);
  if (shape.length > 1) url.searchParams.set('max', largestImage);
  return `${url.pathname}${url.search}`;
}
