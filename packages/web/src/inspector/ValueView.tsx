import {lazy, Suspense, useState, type ComponentType} from 'react';
import {ArrayView, canDraw} from './ArrayView.tsx';
import type {ArrayFacts, ValueFacts} from './value.ts';

const FigureView = lazy(() => import('./FigureView.tsx').then(({FigureView}) => ({default: FigureView})));

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

/** Which view shows which value; the first that accepts it. */
const views: readonly ViewRow[] = [
  {accepts: ({links}) => links['figure'] !== undefined, View: Figure},
  {accepts: ({links}) => links['picture'] !== undefined, View: Picture},
  {accepts: (facts) => canDraw(arrayOf(facts)), View: Array},
  {accepts: ({kind}) => kind === 'Dataset', View: Dataset},
  {accepts: ({links}) => links['preview'] !== undefined, View: Picture},
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
  return <FigureView address={facts.links['figure'] ?? ''} version={version} label={label} />;
}

function Picture({facts, label, version}: ViewProps) {
  const [broken, setBroken] = useState('');
  if (broken === version) return <p className="failure">The picture cannot be loaded; the file of this run may be gone or damaged.</p>;
  const address = facts.links['picture'] ?? facts.links['preview'];
  return <img className="picture" src={address} alt={`Picture of ${label}`} onError={() => setBroken(version)} />;
}

function Array({facts, version, label}: ViewProps) {
  return <ArrayView facts={arrayOf(facts)} version={version} label={label} />;
}

const arrayOf = ({kind, links, dtype, shape, dims, units}: ValueFacts): ArrayFacts => ({
  address: links['arrow'] ?? '',
  dtype: links['arrow'] === undefined ? null : dtype,
  shape: shape ?? [],
  dims,
  units,
  labelled: kind === 'DataArray',
});

/** A Dataset shows one of its arrays at a time. */
function Dataset({facts, version, label}: ViewProps) {
  const shown = facts.arrays.filter((array) => canDraw(partOf(facts, array)));
  const [chosen, setChosen] = useState<string>();
  const array = shown.find(({name}) => name === chosen) ?? shown[0];
  if (!array) return <p className="quiet">Nothing in it can be drawn.</p>;
  return (
    <>
      <label className="place">
        Array
        <select className="choice" value={array.name} onChange={(event) => setChosen(event.target.value)}>
          {shown.map(({name}) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <ArrayView key={array.name} facts={partOf(facts, array)} version={version} label={`${label}, ${array.name}`} />
    </>
  );
}

const partOf = ({links}: ValueFacts, {name, dtype, shape, dims}: ValueFacts['arrays'][number]): ArrayFacts => ({
  address: links[`arrow ${name}`] ?? '',
  dtype,
  shape,
  dims,
  units: null,
  labelled: true,
});
