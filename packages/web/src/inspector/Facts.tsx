import type {ReactNode} from 'react';
import type {Variable} from '@firstlight/core';
import {formatNumber, formatShape} from '../cells/format.ts';
import {exactText, kindOf, summaryText, unitsOf} from '../cells/kinds.ts';
import type {CellContent} from '../experiment/model.ts';
import type {ValueFacts} from './value.ts';

interface FactsProps {
  readonly content: CellContent;
  readonly variable: Variable;
  readonly facts: ValueFacts | null;
}

const stateWords = {
  ok: 'computed',
  none: 'The function returned no value for this run.',
  skipped: 'Skipped',
  failed: 'Failed',
  missing: 'Not computed for this run yet.',
} as const;

/** The number in full, why there is none, and what is known about it. */
export function Facts({content, variable, facts}: FactsProps) {
  const {state, message, activity} = content;
  const isArray = facts?.kind === 'array' || facts?.kind === 'DataArray' || facts?.kind === 'image';
  return (
    <>
      {activity !== 'idle' && <p className="activity">{activity === 'running' ? 'Being computed now.' : 'Waits to be computed.'}</p>}
      {state === 'ok' && <Headline content={content} variable={variable} text={facts?.text ?? null} />}
      {(state === 'none' || state === 'missing') && <p className="quiet">{stateWords[state]}</p>}
      {(state === 'failed' || state === 'skipped') && (
        <div className="why" data-state={state}>
          <h3>{stateWords[state]}</h3>
          <pre tabIndex={0}>{message ?? 'No reason was given.'}</pre>
        </div>
      )}
      {state === 'ok' && message !== null && <p className="quiet">{message}</p>}
      {variable.description && <p className="description">{variable.description}</p>}
      <dl className="facts">
        {facts?.kind && <Fact name="Data">{facts.table ? 'table (pandas)' : kindWords[facts.kind]}</Fact>}
        {isArray && facts?.dtype && <Fact name="Type">{facts.dtype}</Fact>}
        {isArray && facts?.shape && facts.shape.length > 0 && <Fact name="Shape">{shapeText(facts)}</Fact>}
        {content.maxDiff !== null && content.maxDiff > 0 && (
          <Fact name="Spread">
            {formatNumber(content.maxDiff)} {unitsOf(content, variable) ?? ''}
          </Fact>
        )}
        <Fact name="Variable">
          <code>{variable.name}</code>
        </Fact>
        {variable.tags.length > 0 && <Fact name="Tags">{variable.tags.join(', ')}</Fact>}
      </dl>
    </>
  );
}

const kindWords = {
  array: 'array',
  DataArray: 'labelled array (xarray)',
  Dataset: 'set of labelled arrays (xarray)',
  image: 'picture',
  plotly: 'Plotly figure',
  text: 'text',
} as const;

const shapeText = ({shape, dims}: ValueFacts): string =>
  `${formatShape(shape ?? [])}${dims?.some((name) => !name.startsWith('dim_')) ? ` (${dims.join(', ')})` : ''}`;

function Headline({content, variable, text}: {readonly content: CellContent; readonly variable: Variable; readonly text: string | null}) {
  const {summary} = content;
  const kind = kindOf(summary);
  const units = unitsOf(content, variable);
  if (kind === 'text')
    return (
      <pre className="text" tabIndex={0}>
        {text ?? summaryText(summary)}
      </pre>
    );
  if (kind === 'image' || kind === 'array' || kind === 'trend') return null;
  return (
    <p className="headline">
      {summary === null ? 'NaN' : exactText(content)}
      {units !== null && <span className="units"> {units}</span>}
    </p>
  );
}

function Fact({name, children}: {readonly name: string; readonly children: ReactNode}) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
