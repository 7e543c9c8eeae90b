import {parseQuery} from '../http/query.ts';
import type {Builder} from '../graphql/builder.ts';
import type {Enums} from '../graphql/enums.ts';
import {queuedJobs} from './events.ts';
import type {AcceptedJob} from './events.ts';
import {processBody, requestOf} from './request.ts';

/** Adds the mutations `process` and `cancel`. */
export function defineProcess(builder: Builder, {Trigger}: Enums): void {
  const JobType = builder.objectRef<AcceptedJob>('Job').implement({
    description: 'The work of one run that waits in the queue.',
    fields: (t) => ({
      id: t.exposeID('job'),
      proposal: t.exposeInt('proposal'),
      run: t.exposeInt('run'),
      message: t.string({
        nullable: true,
        description: 'Why this run cannot be processed; null when it is queued.',
        resolve: (job) => (job.event === 'finished' ? job.message : null),
      }),
    }),
  });

  builder.mutationFields((t) => ({
    process: t.field({
      type: [JobType],
      description: 'Asks for runs to be processed; answers when the work is in the durable queue. Values come as changes.',
      args: {
        experiment: t.arg.id({required: true}),
        runs: t.arg.string({required: true, description: '12, 1-5,8 or all.'}),
        variables: t.arg.stringList({description: 'Names of variables; what they need is added. Default: all that the trigger selects.'}),
        trigger: t.arg({type: Trigger}),
        proposal: t.arg.int({description: "Default: the experiment's proposal."}),
        mock: t.arg.boolean({description: 'True: runs without data, for trying out.'}),
        parameters: t.arg({type: 'JSON', description: 'Values for `param` inputs by name.'}),
        parallel: t.arg.int({description: 'Processors a job may use at once; 1 is one variable after the other.'}),
      },
      resolve: (_root, {experiment: id, ...asked}, {catalogue}) => {
        const experiment = catalogue.find(id);
        return queuedJobs(experiment.process(requestOf(parseQuery(processBody, asked), experiment)));
      },
    }),
    cancel: t.field({
      type: 'Boolean',
      description:
        'Stops a job, or one variable of it (then what needs the variable is skipped). False when there is nothing to stop: it is over, or unknown.',
      args: {experiment: t.arg.id({required: true}), job: t.arg.id({required: true}), variable: t.arg.string()},
      resolve: async (_root, {experiment, job, variable}, {catalogue}) => {
        return catalogue.find(experiment).cancel(job, variable ?? undefined);
      },
    }),
  }));
}
