import {z} from 'zod';
import {cell} from '../facts.ts';

export const changeItem = z.object({number: z.int(), reset: z.boolean(), variables: z.boolean(), cells: z.array(cell)});

/**
 * A numbered entry of the change feed; numbers are consecutive.
 *
 * `cells` are those that changed, whole; `variables`: the columns changed; `reset`: what was asked for is not kept any more, so load the table again, later changes
 * continue after this number.
 */
export type ChangeItem = z.infer<typeof changeItem>;
