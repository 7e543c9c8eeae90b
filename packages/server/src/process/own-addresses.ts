import {valueAddress} from '../experiments/addresses.ts';
import type {ServedExperiment} from '../experiments/served.ts';

type Events = ReturnType<ServedExperiment['process']>;
type Event = Events extends AsyncIterable<infer Each> ? Each : never;

/** The events of some work with the pictures under the id that was asked for; the engine names them by the one that is always the experiment's own. */
export async function* withOwnAddresses(events: Events, experimentId: string): AsyncGenerator<Event> {
  for await (const event of events) yield event.event === 'value' ? addressed(event, experimentId) : event;
}

function addressed(event: Event & {event: 'value'}, experimentId: string): Event {
  const renamed = (summary: unknown): unknown => {
    const [, query] = stored.exec(imageOf(summary)) ?? [];
    return query === undefined ? summary : {image: `${valueAddress(experimentId, event, event.name)}/preview.png${query}`};
  };
  return {...event, summary: renamed(event.summary), ...('before' in event && {before: renamed(event.before)})};
}

/** A picture of a trial is stored nowhere, and is in its address (`data:…`). */
const stored = /^\/api\/experiments\/[^?]*\/preview\.png(\?.*|)$/;

const imageOf = (summary: unknown): string =>
  typeof summary === 'object' && summary !== null && 'image' in summary ? String(summary.image) : '';
