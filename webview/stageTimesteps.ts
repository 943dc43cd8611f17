import type {RunView} from '../trainer/contract/panel/panelViews.ts';
import {parseStage} from '../trainer/contract/run/stage.ts';

/** `timesteps 0 to 249`: what an expert is trained for; empty for a stage or model that is for all timesteps. */
export function stageTimesteps({ranges}: Pick<RunView, 'ranges'>, name: string): string {
  const stage = parseStage(name);
  const range = stage?.kind === 'expert' ? ranges[stage.index] : undefined;
  return range === undefined ? '' : `timesteps ${range[0]} to ${range[1] - 1}`;
}
