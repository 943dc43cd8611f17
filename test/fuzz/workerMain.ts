import {targets} from './targets.ts';
import {runWorker} from './worker.ts';

await runWorker(process.argv[2] ?? '', targets);
