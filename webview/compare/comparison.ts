import {maxCompared} from '../../trainer/contract/panel/panel.ts';
import type {PageState} from '../../trainer/contract/panel/panelPage.ts';
import type {RunView} from '../../trainer/contract/panel/panelViews.ts';
import type {Report} from '../../trainer/contract/run/report.ts';

/** Settings in which the runs differ, with the value of each run; undefined if a run does not have the setting. */
export function settingDifferences(runs: readonly RunView[]): {name: string; values: (string | undefined)[]}[] {
  const names = [...new Set(runs.flatMap(({settings}) => Object.keys(settings)))].sort();
  return names
    .map((name) => ({name, values: runs.map(({settings}) => settings[name])}))
    .filter(({values}) => new Set(values).size > 1);
}

/** Parts of a recipe that say how results were measured; the others describe what was measured. */
const measuring = ['data', 'heldOut', 'sampling', 'features', 'reference', 'kid'] as const;

/** Equal for two reports whose results are comparable. */
export function recipeFingerprint({recipe}: Report): string {
  return JSON.stringify(measuring.map((part) => sortedKeys(recipe[part] ?? null)));
}

function sortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, child]) => [key, sortedKeys(child)]));
}

type ComparedRuns = Pick<PageState, 'compared' | 'comparedColours'>;

/** Colour index of each compared run. A run keeps its colour; a new one gets the first that is free. */
export function runColours({compared, comparedColours}: ComparedRuns): ReadonlyMap<string, number> {
  const colours = new Map<string, number>();
  const known = compared.filter((path) => comparedColours[path] !== undefined);
  for (const path of [...known, ...compared]) {
    if (colours.has(path)) continue;
    const taken = new Set(colours.values());
    const own = comparedColours[path];
    const free = Array.from({length: taken.size + 1}, (_, i) => i).find((i) => !taken.has(i)) ?? 0;
    colours.set(path, own === undefined || taken.has(own) ? free : own);
  }
  return colours;
}

/** Adds a run to the comparison or removes it; the other runs keep their colours, and those that are gone leave it. Null where there are enough. */
export function withCompared(
  page: ComparedRuns,
  path: string,
  isCompared: boolean,
  runs: readonly {readonly path: string}[],
): ComparedRuns | null {
  const others = page.compared.filter((other) => other !== path && runs.some((run) => run.path === other));
  if (isCompared && others.length >= maxCompared) return null;
  const compared = isCompared ? [...others, path] : others;
  return {compared, comparedColours: Object.fromEntries(runColours({...page, compared}))};
}
