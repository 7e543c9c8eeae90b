import {linkTo, type ValueFacts} from './value.ts';

const files = [
  {file: 'data.npy', text: 'NumPy', extension: 'npy'},
  {file: 'data.arrow', text: 'Arrow', extension: 'arrow'},
  {file: 'preview.png', text: 'PNG', extension: 'png'},
  {file: 'figure.json', text: 'Plotly JSON', extension: 'json'},
] as const;

/** Links to what a value can be had as. */
export function Downloads({facts, name}: {readonly facts: ValueFacts; readonly name: string}) {
  const offered = files.flatMap((row) => {
    const address = linkTo(facts, row.file);
    return address === undefined ? [] : [{...row, address}];
  });
  if (offered.length === 0) return null;
  return (
    <p className="downloads">
      Download{' '}
      {offered.map(({text, extension, address}) => (
        <a key={extension} href={address} download={`${name}.${extension}`}>
          {text}
        </a>
      ))}
    </p>
  );
}
