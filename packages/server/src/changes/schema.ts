import {FirstlightError} from '@firstlight/core';
import {placedCell} from '../experiments/schema.ts';
import type {defineExperiments} from '../experiments/schema.ts';
import type {FeedItem} from '../experiments/served.ts';
import type {Builder} from '../graphql/builder.ts';
import type {SharedEvent} from './encode.ts';
import {followChanges} from './follow.ts';
import {mapGenerator} from './generator.ts';

/** An item of an experiment's feed; `item` is shared by all who listen. */
interface ChangeEvent extends SharedEvent {
  readonly id: string;
  readonly item: FeedItem;
}

/** Adds the subscription `changes`. */
export function defineChanges(builder: Builder, {CellType}: ReturnType<typeof defineExperiments>): void {
  const ChangeType = builder.objectRef<ChangeEvent>('Change').implement({
    description: "A numbered entry of an experiment's change feed; numbers are consecutive.",
    fields: (t) => ({
      number: t.int({resolve: ({item}) => item.number}),
      reset: t.boolean({
        description: 'True: what was asked for is not kept any more; load the table again, later changes continue after this number.',
        resolve: ({item}) => 'reset' in item,
      }),
      variables: t.boolean({
        description: 'True: the columns changed.',
        resolve: ({item}) => 'variables' in item && item.variables === true,
      }),
      cells: t.field({
        type: [CellType],
        description: 'The cells that changed, whole.',
        resolve: ({id, item}) => ('cells' in item ? item.cells.map((cell) => placedCell(cell, id)) : []),
      }),
    }),
  });

  builder.subscriptionField('changes', (t) =>
    t.field({
      type: ChangeType,
      description: 'Every change after the number `since` (default: from now on), without gap or repeat, then those to come.',
      args: {experiment: t.arg.id({required: true}), since: t.arg.int()},
      subscribe: (_root, {experiment: id, since}, {catalogue}) => {
        if (since != null && since < 0)
          throw new FirstlightError('bad-request', `"since" is the number of a change, so ${since} cannot be; 0 gives all.`);
        return mapGenerator(followChanges(catalogue.find(id), since), (item): ChangeEvent => ({id, item}));
      },
      resolve: (event) => event,
    }),
  );
}
