import {formatNumber} from '../cells/format.ts';
import {ArrayView, canDraw} from './ArrayView.tsx';
import {DatasetView} from './DatasetView.tsx';
import {arrayOf, partOf} from './parts.ts';
import {fetchRows, type TableRows, type ValueFacts} from './value.ts';
import {useLoaded} from './useLoaded.ts';

interface TableViewProps {
  readonly facts: ValueFacts;
  readonly version: string;
  readonly label: string;
}

const mostRows = 200;

/** A pandas table: its columns as lines over the index where they are numbers, and its first rows. */
export function TableView({facts, version, label}: TableViewProps) {
  const address = facts.links['rows'] ?? '';
  const loaded = useLoaded(address, version, (signal) => fetchRows(`${address}?first=${mostRows}`, signal));
  return (
    <>
      <Lines facts={facts} version={version} label={label} />
      {loaded.phase === 'failed' && <p className="failure">The rows cannot be shown. {loaded.sentence}</p>}
      {loaded.phase === 'loading' && <p className="quiet">Loading the rows…</p>}
      {loaded.phase === 'ready' && <Rows table={loaded.value} label={label} />}
    </>
  );
}

function Lines(props: TableViewProps) {
  const {facts} = props;
  if (facts.kind === 'Dataset') return facts.arrays.some((array) => canDraw(partOf(facts, array))) ? <DatasetView {...props} /> : null;
  return canDraw(arrayOf(facts)) ? <ArrayView {...props} facts={arrayOf(facts)} /> : null;
}

function Rows({table: {total, columns, rows}, label}: {readonly table: TableRows; readonly label: string}) {
  return (
    <div className="table-rows" tabIndex={0} role="region" aria-label={`Rows of ${label}`}>
      <table>
        <thead>
          <tr>
            {columns.map(({name, units}) => (
              <th key={name} scope="col" title={units ?? undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            // Rows have no name of their own, and never move.
            // oxlint-disable-next-line react/no-array-index-key
            <tr key={i}>
              {row.map((element, column) =>
                columns[column]?.index ? (
                  <th key={columns[column]?.name} scope="row">
                    {elementText(element, true)}
                  </th>
                ) : (
                  <td key={columns[column]?.name}>{elementText(element, false)}</td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {total > rows.length && (
        <p className="quiet">
          The first {rows.length} of {total.toLocaleString('en')} rows.
        </p>
      )}
    </div>
  );
}

/** Labels are shown to the last digit, values as everywhere. */
const elementText = (element: number | string, label: boolean): string =>
  typeof element === 'number' && !label ? formatNumber(element) : String(element);
