import type {ValueFacts} from './value.ts';

const files = [
  {link: 'npy', text: 'NumPy', extension: 'npy'},
  {link: 'arrow', text: 'Arrow', extension: 'arrow'},
  {link: 'picture', text: 'PNG', extension: 'png'},
  {link: 'preview', text: 'PNG of the preview', extension: 'png'},
  {link: 'figure', text: 'Plotly JSON', extension: 'json'},
] as const;

/** Links to what a value can be had as. */
export function Downloads({facts, name}: {readonly facts: ValueFacts; readonly name: string}) {
  const offered = files.flatMap((row) => {
    const address = facts.links[row.link];
    return address === undefined ? [] : [{...row, address}];
  });
  if (offered.length === 0) return null;
  return (
    <p className="downloads">
      Download{' '}
      {offered.map(({link, text, extension, address}) => (
        <a key={link} href={address} download={`${name}.${extension}`}>
          {text}
        </a>
      ))}
    </p>
  );
}
