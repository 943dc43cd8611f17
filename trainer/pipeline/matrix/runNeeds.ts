import {shareStages} from '../launch/sharedStages.ts';
import type {Wanted} from '../owner/work.ts';

/** For each run of a matrix, the numbers of those before it whose stages it takes over, as text. */
export function runNeeds(wanted: readonly Pick<Wanted, 'resolved' | 'stages'>[]): string[][] {
  const cells = wanted.map(({resolved, stages}, i) => ({
    run: String(i),
    resolved,
    stages,
    finished: new Set<string>(),
  }));
  return shareStages(cells).map(({shared}) => [...new Set(Object.values(shared))]);
}
