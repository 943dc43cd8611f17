import type {RunView} from '../../../trainer/contract/panel/panelViews.ts';
import {flatSettings} from '../../../trainer/contract/run/runTable/flatSettings.ts';
import {scoresByName} from '../../../trainer/contract/scores/reportScores.ts';
import type {Run} from '../../runs/run.ts';
import {runHeadline} from '../../runs/runHeadline.ts';
import {promptsOf} from '../promptGrid.ts';
import {runCommand} from './runCommand.ts';
import {rangesOf, trainingTimesteps} from './runRanges.ts';

const known = new WeakMap<Run, RunView>();

/** A run as lists and tables show it, without its stages and images. Runs never change, so that this is made once for each. */
export function runListing(run: Run): RunView {
  const listing = known.get(run) ?? listingOf(run);
  known.set(run, listing);
  return listing;
}

function listingOf(run: Run): RunView {
  const {path, record, config, state} = run;
  const ranges = rangesOf(run);
  return {
    path,
    id: record.id,
    name: record.name,
    created: record.created,
    state: state?.state ?? 'new',
    headline: runHeadline(run),
    error: state?.error ?? null,
    progress: state?.progress ?? 0,
    left: state?.left ?? null,
    engine: `${record.engine.name} ${record.engine.version}, ${record.engine.device}`,
    stages: [],
    images: [],
    ranges,
    text: promptsOf(config.config),
    evaluates: config.config.evaluate !== undefined,
    merges: config.config.merge !== undefined,
    timesteps: ranges.at(-1)?.[1] ?? trainingTimesteps(run),
    tags: run.notes.tags,
    note: run.notes.note,
    scores: run.report === null ? {} : scoresByName(run.report),
    said: null,
    command: runCommand(run),
    settings: settingsOf(config.config),
  };
}

function settingsOf(config: object): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const [name, value] of flatSettings(config)) settings[name] = String(value);
  return settings;
}
