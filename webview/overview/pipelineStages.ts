import {durationText, timeLeftText} from '../../trainer/contract/durationText.ts';
import {stageTitle, type Ranges} from '../../trainer/contract/overview/stageTitle.ts';
import {percentText} from '../../trainer/contract/percentText.ts';
import type {StageView} from '../../trainer/contract/panel/panelViews.ts';
import {parseStage} from '../../trainer/contract/run/stage.ts';

/** A step of the pipeline as the overview shows it. */
export interface PipelineStage {
  readonly name: string;
  readonly state: StageView['state'] | 'taken over';
  /** `running, 42 %, 3 min left`, `done in 5 min`. */
  readonly text: string;
}

/** Title of the stages that measure the models, which are one step to the reader. */
const evaluation = 'evaluation';

/** The steps of a run in the order of its plan. `now` is the time in milliseconds since the epoch. */
export function pipelineStages(stages: readonly StageView[], ranges: Ranges, now: number): PipelineStage[] {
  const groups = new Map<string, StageView[]>();
  for (const stage of stages) {
    const kind = parseStage(stage.name)?.kind;
    const isEvaluation = kind === 'evaluate' || kind === 'draw' || kind === 'reference';
    const name = isEvaluation ? evaluation : stageTitle(stage.name, ranges);
    groups.set(name, [...(groups.get(name) ?? []), stage]);
  }
  return [...groups].map(([name, members]) => {
    const state = stateOf(members);
    return {name, state, text: [state, ...details(state, members, now)].join(', ')};
  });
}

function stateOf(members: readonly StageView[]): PipelineStage['state'] {
  const state = (['failed', 'running', 'stopped', 'waiting'] as const).find((each) =>
    members.some((member) => member.state === each),
  );
  if (state !== undefined) return state;
  return members.every(({from}) => from !== null) ? 'taken over' : 'done';
}

function details(state: PipelineStage['state'], members: readonly StageView[], now: number): string[] {
  const count =
    members.length > 1 ? `${members.filter((each) => each.state === 'done').length} of ${members.length}` : null;
  const seconds = members.flatMap((each) => each.seconds ?? []);
  const took = seconds.length > 0 ? [durationText(seconds.reduce((sum, each) => sum + each))] : [];
  switch (state) {
    case 'waiting':
      return count === null || count.startsWith('0') ? [] : [count];
    case 'running':
      return [...(count === null ? [] : [count]), ...runningDetails(members, now)];
    case 'taken over':
      return [`from ${[...new Set(members.map(({from}) => from))].join(', ')}`];
    case 'done':
    case 'failed':
    case 'stopped':
      return took;
  }
}

function runningDetails(members: readonly StageView[], now: number): string[] {
  const running = members.filter(({state}) => state === 'running');
  const [only] = running;
  if (only === undefined) return [];
  const {phase, share, secondsLeft, started} = only;
  const sofar = started === null ? [] : [`for ${durationText((now - started) / 1000)}`];
  if (phase !== null) return [phase, ...sofar];
  const left = members.length > 1 || secondsLeft === null ? [] : [timeLeftText(secondsLeft)];
  return [...(members.length > 1 ? [] : [percentText(share)]), ...sofar, ...left];
}
