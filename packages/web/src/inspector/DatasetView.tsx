import {useState} from 'react';
import {ArrayView, canDraw} from './ArrayView.tsx';
import {partOf} from './parts.ts';
import type {ValueFacts} from './value.ts';

interface DatasetViewProps {
  readonly facts: ValueFacts;
  readonly version: string;
  readonly label: string;
}

/** A Dataset shows one of its arrays at a time. */
export function DatasetView({facts, version, label}: DatasetViewProps) {
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
