import type {RunView} from '../../trainer/contract/panel/panelViews.ts';
import type {Report} from '../../trainer/contract/run/report.ts';

/** Settings in which runs differ, each with its value in every run; undefined where a run does not have it. */
export function settingDifferences(runs: readonly RunView[]): {name: string; values: (string | undefined)[]}[] {
  const names = [...new Set(runs.flatMap(({settings}) => Object.keys(settings)))].sort();
  return names
    .map((name) => ({name, values: runs.map(({settings}) => settings[name])}))
    .filter(({values}) => new Set(values).size > 1);
}

/** Parts of a recipe that say how numbers were measured; the others say what was measured. */
const measuring = ['data', 'heldOut', 'sampling', 'features', 'reference', 'kid'] as const;

/** Two reports whose numbers may stand side by side have the same fingerprint. */
export function recipeFingerprint({recipe}: Report): string {
  return JSON.stringify(measuring.map((part) => sortedKeys(recipe[part] ?? null)));
}

function sortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, child]) => [key, sortedKeys(child)]));
}
