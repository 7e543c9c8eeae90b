import type {Cell, Problem} from '@firstlight/core';
import {FirstlightError} from '@firstlight/core';
import type {Builder} from '../graphql/builder.ts';
import type {Enums} from '../graphql/enums.ts';
import {cellToJson, detailsToJson} from './cell.ts';
import type {CellJson} from './cell.ts';
import {parseRunIds} from './run-ids.ts';
import type {Column, OpenJob, Row, ServedExperiment} from './served.ts';

/** An experiment and the id under which this server has it. */
interface Entry {
  readonly id: string;
  readonly experiment: ServedExperiment;
}

/** A cell with its place, as GraphQL gives it. */
export interface PlacedCell extends CellJson {
  readonly proposal: number;
  readonly run: number;
  readonly name: string;
  readonly attributes: unknown;
  readonly maxDiff: unknown;
}

/** A cell as GraphQL gives it, its picture under this server's address. */
export const placedCell = (cell: Cell, id: string): PlacedCell => ({
  proposal: cell.proposal,
  run: cell.run,
  name: cell.name,
  ...cellToJson(cell, id),
  ...(detailsToJson(cell) ?? noDetails),
});

const noDetails = {attributes: null, maxDiff: null};

const mostValues = 20_000;

/** Adds `experiments` and `experiment`, and gives the type of a cell for those who need it. */
export function defineExperiments(builder: Builder, enums: Enums) {
  const CellType = builder.objectRef<PlacedCell>('Cell').implement({
    description: "One cell of the table: a variable's value for a run, and what is being done about it.",
    fields: (t) => ({
      proposal: t.exposeInt('proposal'),
      run: t.exposeInt('run'),
      name: t.exposeString('name'),
      state: t.expose('state', {type: enums.CellState}),
      summary: t.expose('summary', {
        type: 'JSON',
        nullable: true,
        description:
          'A number, a boolean, a text, {int} (beyond 2^53), {re, im}, {image: address}, {trendline: {x, y}} or {array: {dtype, shape}}.',
      }),
      activity: t.expose('activity', {type: enums.Activity}),
      message: t.exposeString('message', {nullable: true, description: 'Why there is no value.'}),
      attributes: t.expose('attributes', {
        type: 'JSON',
        nullable: true,
        description:
          'What DAMNIT keeps beside a summary: {units, bold, background: [red, green, blue], error, error_cls, where (of an error)}, each if known.',
      }),
      maxDiff: t.expose('maxDiff', {
        type: 'JSON',
        nullable: true,
        description: 'Spread of the full data: its maximum minus its minimum, a number.',
      }),
    }),
  });

  const VariableType = builder.objectRef<Column>('Variable').implement({
    description: 'A column of the table.',
    fields: (t) => ({
      name: t.exposeString('name'),
      title: t.exposeString('title'),
      units: t.string({nullable: true, resolve: ({units}) => units ?? null}),
      description: t.string({nullable: true, resolve: ({description}) => description ?? null}),
      tags: t.stringList({resolve: ({tags}) => [...(tags ?? [])]}),
      type: t.string({
        nullable: true,
        description: 'What a person may type: boolean, integer, number or string; null for a computed variable.',
        resolve: ({type}) => type ?? null,
      }),
    }),
  });

  const RunType = builder.objectRef<Row>('Run').implement({
    description: 'A row of the table.',
    fields: (t) => ({
      proposal: t.exposeInt('proposal'),
      run: t.exposeInt('run'),
      startTime: t.exposeFloat('startTime', {nullable: true, description: 'Seconds since 1970 (UTC).'}),
    }),
  });

  const ProblemType = builder.objectRef<Problem>('Problem').implement({
    description: 'Something that is wrong with the context file.',
    fields: (t) => ({
      severity: t.expose('severity', {type: enums.Severity}),
      text: t.exposeString('text'),
      file: t.exposeString('file'),
      line: t.exposeInt('line', {nullable: true, description: 'From 1.'}),
      column: t.exposeInt('column', {nullable: true, description: 'From 1.'}),
    }),
  });

  const OpenJobType = builder.objectRef<OpenJob>('OpenJob').implement({
    description: 'The work of one run that waits or is being done, whoever asked for it.',
    fields: (t) => ({
      job: t.exposeID('job', {description: 'To be given to `cancel`.'}),
      proposal: t.exposeInt('proposal'),
      run: t.exposeInt('run'),
      trigger: t.expose('trigger', {type: enums.Trigger}),
      state: t.exposeString('state', {description: 'queued or running.'}),
      variables: t.stringList({
        nullable: true,
        description: 'The variables that were asked for; null: all that the trigger selects.',
        resolve: ({variables}) => variables && [...variables],
      }),
      since: t.exposeFloat('since', {description: 'When it was asked for, in seconds since 1970 (UTC).'}),
    }),
  });

  const ExperimentType = builder.objectRef<Entry>('Experiment').implement({
    description: 'An experiment folder that this server works on.',
    fields: (t) => ({
      id: t.exposeID('id'),
      folder: t.string({resolve: ({experiment}) => experiment.folder.dir}),
      proposals: t.intList({resolve: ({experiment}) => [...experiment.proposals]}),
      change: t.int({description: 'The number of the last change.', resolve: ({experiment}) => experiment.changes.current}),
      variables: t.field({type: [VariableType], resolve: ({experiment}) => [...experiment.table.variables()]}),
      runs: t.field({type: [RunType], resolve: ({experiment}) => [...experiment.table.runs()]}),
      values: t.field({
        type: [CellType],
        description: `The cells of some runs and variables, at most ${mostValues}; whole tables are served at /api/experiments/ID/table.`,
        args: {
          runs: t.arg.string({description: '12, 1-5,8 or all (the default).'}),
          names: t.arg.stringList({description: 'Names of variables; default all.'}),
          proposal: t.arg.int({description: 'Default: every proposal.'}),
        },
        resolve: (entry, args) => valuesOf(entry, args),
      }),
      jobs: t.field({
        type: [OpenJobType],
        description: 'The jobs that wait or run, the oldest first.',
        resolve: ({experiment}) => [...experiment.jobs()],
      }),
      problems: t.field({type: [ProblemType], resolve: ({experiment}) => [...experiment.problems()]}),
    }),
  });

  builder.queryFields((t) => ({
    experiments: t.field({
      type: [ExperimentType],
      resolve: (_root, _args, {catalogue}) => catalogue.entries().map(([id, experiment]) => ({id, experiment})),
    }),
    experiment: t.field({
      type: ExperimentType,
      args: {id: t.arg.id({required: true})},
      resolve: (_root, {id}, {catalogue}) => ({id, experiment: catalogue.find(id)}),
    }),
  }));
  return {CellType};
}

async function valuesOf(
  {id, experiment}: Entry,
  asked: {runs?: string | null; names?: readonly string[] | null; proposal?: number | null},
): Promise<PlacedCell[]> {
  const {table} = experiment;
  const wanted = parseRunIds(asked.runs ?? 'all', asked.proposal ?? undefined);
  const rows = table.runs().filter((row) => wanted(row));
  const names = asked.names ?? table.variables().map(({name}) => name);
  if (rows.length * names.length > mostValues) {
    throw new FirstlightError(
      'too-large',
      `${rows.length} runs of ${names.length} variables are more than ${mostValues} values; ask for fewer, or load /api/experiments/${id}/table.`,
    );
  }
  await experiment.loaded(rows);
  return rows.flatMap((row) => names.map((name) => placedCell(table.cell(row, name), id)));
}
