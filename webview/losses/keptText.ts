import {countText} from '../../trainer/chart/tickText.ts';
import {expertTitle} from '../../trainer/contract/overview/stageTitle.ts';
import type {RunView} from '../../trainer/contract/panel/panelViews.ts';
import {startsAt, type KeptWeights} from '../../trainer/contract/run/snapshots/keptWeights.ts';

const kinds: Readonly<Record<KeptWeights['kind'], string>> = {
  checkpoint: 'checkpoint',
  snapshot: 'snapshot',
  model: 'the finished expert',
};

const keepsMore = 'The setting decouple.snapshots keeps more.';

/** From what weights a new run could start at an update of this one; `kept`: all that the run keeps. */
export function keptText(
  {ranges, stages}: Pick<RunView, 'ranges' | 'stages'>,
  kept: readonly KeptWeights[],
  update: number,
): string {
  const experts = stages.filter(({name}) => /^expert-\d+$/.test(name)).length;
  if (experts === 0) return 'This run trains no experts that another could start with.';
  if (kept.length === 0) return `No weights of its experts are kept yet. ${keepsMore}`;
  const starts = startsAt(kept, update);
  const [first] = starts;
  if (first === undefined) {
    const later = [...new Set(kept.map((each) => each.update))].sort((a, b) => a - b).map(countText);
    return `No weights of then or before are kept, only of ${later.length === 1 ? 'update' : 'updates'} ${later.join(', ')}. ${keepsMore}`;
  }
  const isAlike =
    starts.length === experts && starts.every((each) => each.update === first.update && each.kind === first.kind);
  const parts = isAlike
    ? [`every expert ${ofUpdate(first)}`]
    : starts.map((each) => `${expertTitle(each.expert, ranges)} ${ofUpdate(each)}`);
  const others = starts.length < experts ? '; the others from the base' : '';
  return `A fork starts ${parts.join('; ')}${others}.`;
}

/** `at update 100 (checkpoint)` */
function ofUpdate({update, kind}: KeptWeights): string {
  return `at update ${countText(update)} (${kinds[kind]})`;
}
