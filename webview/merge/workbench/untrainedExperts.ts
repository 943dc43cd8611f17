import {expertTitle} from '../../../trainer/contract/overview/stageTitle.ts';
import type {RunDetails, RunView} from '../../../trainer/contract/panel/panelViews.ts';
import {parseStage} from '../../../trainer/contract/run/stage.ts';

/** Experts that a merge of a run still lacks, for people; none where the run has a report, or was given its experts. */
export function untrainedExperts({stages, ranges}: RunView, {report}: Pick<RunDetails, 'report'>): string[] {
  if (report !== null) return [];
  return stages.flatMap(({name, state}) => {
    const stage = parseStage(name);
    return stage?.kind === 'expert' && state !== 'done' ? [expertTitle(stage.index, ranges)] : [];
  });
}
