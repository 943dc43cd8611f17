import {resultSettings} from '../graph/configDifference.ts';
import {shareStages} from '../launch/sharedStages.ts';
import type {Wanted} from '../owner/work.ts';

/**
 * For each run of a matrix, the numbers of those before it whose stages it takes over, as text, and of the last one of the same settings, in whose
 * folder it works.
 */
export function runNeeds(wanted: readonly Pick<Wanted, 'resolved' | 'stages'>[]): string[][] {
  const cells = wanted.map(({resolved, stages}, i) => ({
    run: String(i),
    resolved,
    stages,
    finished: new Set<string>(),
  }));
  const alike = new Map<string, string>();
  return shareStages(cells).map(({run, shared}, i) => {
    const needs = new Set(Object.values(shared));
    const settings = resultSettings((wanted[i] as Pick<Wanted, 'resolved'>).resolved.config);
    const before = alike.get(settings);
    if (before !== undefined) needs.add(before);
    alike.set(settings, run);
    return [...needs];
  });
}
