/** Leaves a fragment, or dies on the way (FIRSTLIGHT_FAULT). Argument: the folder `extracted_data`. */
import {writeFragment} from '../src/index.ts';

writeFragment(process.argv[2] as string, {proposal: 1234, run: 7}, [{name: 'lost', outcome: {state: 'ok', cell: {data: 1}}}]);
