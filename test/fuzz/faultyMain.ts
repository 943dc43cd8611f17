import {faultyTargets} from './faultyTarget.ts';
import {runWorker} from './worker.ts';

await runWorker(process.argv[2] ?? '', faultyTargets);
