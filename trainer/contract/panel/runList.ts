import * as z from 'zod';
import {RunView} from './panelViews.ts';

/** Many runs, whose settings are nearly the same: those of the first, and what each has otherwise. Whole views of 2,000 runs would take a second to bring. */
export const RunList = z.strictObject({
  settings: z.record(z.string(), z.string()),
  runs: z.array(
    z.strictObject({
      ...RunView.shape,
      /** Null: the run has no such setting. */
      settings: z.record(z.string(), z.string().nullable()),
    }),
  ),
});
export type RunList = z.infer<typeof RunList>;

type Settings = RunView['settings'];

export function toRunList(runs: readonly RunView[]): RunList {
  const first = runs[0]?.settings ?? {};
  return {settings: first, runs: runs.map((run) => ({...run, settings: differences(run.settings, first)}))};
}

export function fromRunList({settings: first, runs}: RunList): RunView[] {
  return runs.map((run) => ({...run, settings: withDifferences(first, run.settings)}));
}

function differences(own: Settings, first: Settings): Record<string, string | null> {
  const found: Record<string, string | null> = {};
  for (const name in own) if (own[name] !== first[name]) found[name] = own[name] ?? null;
  for (const name in first) if (!(name in own)) found[name] = null;
  return found;
}

function withDifferences(first: Settings, own: Readonly<Record<string, string | null>>): Settings {
  const all: Settings = {...first};
  for (const name in own) {
    const value = own[name] ?? null;
    if (value === null) delete all[name];
    else all[name] = value;
  }
  return all;
}
