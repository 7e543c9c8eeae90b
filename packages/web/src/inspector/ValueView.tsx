import {lazy, Suspense, useState, type ComponentType} from 'react';
import {ImageView} from './ImageView.tsx';
import {useLoaded} from './useLoaded.ts';
import {fetchArray, linkTo, type Drawable, type ValueFacts} from './value.ts';

const LineView = lazy(() => import('./LineView.tsx').then(({LineView}) => ({default: LineView})));
const FigureView = lazy(() => import('./FigureView.tsx').then(({FigureView}) => ({default: FigureView})));

const largestImage = '2000x2000';

interface ViewProps {
  readonly facts: ValueFacts;
  /** Changes when the value does. */
  readonly version: string;
  readonly label: string;
}

interface ViewRow {
  readonly accepts: (facts: ValueFacts) => boolean;
  readonly View: ComponentType<ViewProps>;
}

const dimensionsOf = ({shape}: ValueFacts): number => shape?.length ?? 0;
const isColourPicture = ({shape}: ValueFacts): boolean => shape?.length === 3 && (shape[2] === 3 || shape[2] === 4);
const hasElements = ({shape}: ValueFacts): boolean => shape?.every((n) => n > 0) ?? false;
const isNumeric = ({dtype}: ValueFacts): boolean => dtype != null && dtype !== 'string';
const hasArray = (facts: ValueFacts): boolean => linkTo(facts, 'data.arrow') !== undefined && isNumeric(facts) && hasElements(facts);

/** Which view shows which value; the first that accepts it. */
const views: readonly ViewRow[] = [
  {accepts: (facts) => linkTo(facts, 'figure.json') !== undefined, View: Figure},
  {accepts: (facts) => isColourPicture(facts) && linkTo(facts, 'preview.png') !== undefined, View: Picture},
  {accepts: (facts) => hasArray(facts) && dimensionsOf(facts) === 1, View: Line},
  {accepts: (facts) => hasArray(facts) && dimensionsOf(facts) === 2, View: Image},
  {accepts: (facts) => hasArray(facts) && dimensionsOf(facts) > 2, View: Stack},
  {accepts: (facts) => linkTo(facts, 'preview.png') !== undefined, View: Picture},
];

/** Draws a value in the way that suits it; nothing for a lone number. */
export function ValueView(props: ViewProps) {
  const View = views.find(({accepts}) => accepts(props.facts))?.View;
  return View ? (
    <Suspense fallback={<p className="quiet">Loading the plot…</p>}>
      <View {...props} />
    </Suspense>
  ) : null;
}

function Figure({facts, version, label}: ViewProps) {
  return <FigureView address={linkTo(facts, 'figure.json') ?? ''} version={version} label={label} />;
}

function Picture({facts, label, version}: ViewProps) {
  const [broken, setBroken] = useState('');
  if (broken === version) return <p className="failure">The picture cannot be loaded; the file of this run may be gone or damaged.</p>;
  return <img className="picture" src={linkTo(facts, 'preview.png')} alt={`Picture of ${label}`} onError={() => setBroken(version)} />;
}

function Line(props: ViewProps) {
  return <ArrayView {...props} query="" draw={(array) => <LineView array={array} label={props.label} />} />;
}

function Image(props: ViewProps) {
  return (
    <ArrayView
      {...props}
      query={`?max=${largestImage}`}
      draw={(array) => <ImageView array={array} label={props.label} flipped={isLabelled(props.facts)} />}
    />
  );
}

/** xarray draws labelled images with the first row at the bottom, as thumbnails do; plain arrays begin at the top. */
const isLabelled = ({kind}: ValueFacts): boolean => kind?.toLowerCase().startsWith('dataarray') ?? false;

/** More than two dimensions: one image of the last two, chosen by its place in the others. */
function Stack(props: ViewProps) {
  const {facts, version, label} = props;
  const outer = (facts.shape ?? []).slice(0, -2);
  const [places, setPlaces] = useState<readonly number[]>(outer.map(() => 0));
  const slice = outer.map((n, dimension) => Math.min(places[dimension] ?? 0, n - 1)).join(',');
  return (
    <>
      {outer.map((n, dimension) => (
        <label className="place" key={`${facts.dims?.[dimension]} ${dimension}`}>
          {facts.dims?.[dimension] ?? `Dimension ${dimension}`}
          <input
            type="range"
            min={0}
            max={n - 1}
            value={places[dimension] ?? 0}
            onChange={(event) => setPlaces(places.map((place, i) => (i === dimension ? Number(event.target.value) : place)))}
          />
          <output>
            {places[dimension] ?? 0} of {n}
          </output>
        </label>
      ))}
      <ArrayView
        facts={facts}
        version={version}
        label={label}
        query={`?slice=${slice}&max=${largestImage}`}
        draw={(array) => <ImageView array={array} label={label} flipped={isLabelled(facts)} />}
      />
    </>
  );
}

interface ArrayViewProps extends ViewProps {
  readonly query: string;
  readonly draw: (array: Drawable) => React.ReactNode;
}

function ArrayView({facts, version, query, draw}: ArrayViewProps) {
  const address = `${linkTo(facts, 'data.arrow') ?? ''}${query}`;
  const loaded = useLoaded(address, version, (signal) => fetchArray(address, signal));
  if (loaded.phase === 'loading') return <p className="quiet">Loading the array…</p>;
  if (loaded.phase === 'failed') return <p className="failure">The array cannot be shown. {loaded.sentence}</p>;
  return draw(loaded.value);
}
