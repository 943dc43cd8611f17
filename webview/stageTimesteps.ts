import type {RunView} from '../trainer/contract/panel/panelViews.ts';
import {rangeText} from '../trainer/contract/overview/stageTitle.ts';
import {parseStage} from '../trainer/contract/run/stage.ts';

/** `t 0 to 249`: what an expert is trained for; empty for a stage or model that is for all timesteps. */
export function stageTimesteps({ranges}: Pick<RunView, 'ranges'>, name: string): string {
  const stage = parseStage(name);
  const range = stage?.kind === 'expert' ? ranges[stage.index] : undefined;
  return range === undefined ? '' : rangeText(range);
}
