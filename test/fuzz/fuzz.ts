import {parseArgs} from 'node:util';
import {buildWorker, repository} from './buildWorker.ts';
import {formatResults} from './table.ts';
import {targets} from './targets.ts';
import {watchTarget, type TargetResult} from './watch.ts';

const {values} = parseArgs({
  options: {
    count: {type: 'string', default: '100000'},
    seed: {type: 'string', default: String(Date.now() % 1_000_000)},
    from: {type: 'string', default: '0'},
    target: {type: 'string', multiple: true},
  },
});
const [count, seed, from] = [values.count, values.seed, values.from].map(Number);
const chosen = targets.filter(({name}) => values.target?.includes(name) ?? true);
if (chosen.length === 0 || [count, seed, from].some((value) => !Number.isInteger(value))) {
  process.stderr.write(`usage: npm run test:fuzz -- [--count n] [--seed n] [--from n] [--target name]...
targets: ${targets.map(({name}) => name).join(', ')}\n`);
  process.exit(2);
}

const program = await buildWorker('workerMain');
process.stderr.write(`${count} inputs over ${chosen.length} targets, seed ${seed}\n`);
const results: TargetResult[] = [];
for (const [i, {name}] of chosen.entries()) {
  // The first targets take what does not divide evenly.
  const share = Math.floor((count ?? 0) / chosen.length) + (i < (count ?? 0) % chosen.length ? 1 : 0);
  process.stderr.write(`${name} ...\n`);
  results.push(await watchTarget(name, {program, readable: [repository], seed: seed ?? 0, count: share, from}));
}
process.stdout.write(`${formatResults(results, seed ?? 0)}\n`);
process.exitCode = results.some(({failures}) => failures.length > 0) ? 1 : 0;
