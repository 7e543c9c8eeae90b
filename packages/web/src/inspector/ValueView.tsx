import {lazy, Suspense, useState, type ComponentType} from 'react';
import {ArrayView, canDraw} from './ArrayView.tsx';
import {DatasetView} from './DatasetView.tsx';
import {arrayOf} from './parts.ts';
import {TableView} from './TableView.tsx';
import type {ValueFacts} from './value.ts';

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
  {accepts: ({links}) => links['rows'] !== undefined, View: TableView},
  {accepts: (facts) => canDraw(arrayOf(facts)), View: Array},
  {accepts: ({kind}) => kind === 'Dataset', View: DatasetView},
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
