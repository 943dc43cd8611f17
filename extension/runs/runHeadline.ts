import {headline, type Headline} from '../../trainer/contract/overview/headline.ts';
import {phaseText} from '../../trainer/contract/overview/stagePhase.ts';
import type {Ranges} from '../../trainer/contract/overview/stageTitle.ts';
import {configRanges} from '../../trainer/contract/run/pipeline.ts';
import type {StageProgress} from '../../trainer/contract/run/runProgress.ts';
import {parseStage} from '../../trainer/contract/run/stage.ts';
import {isActiveRun, type Run} from './run.ts';

/** How a run went, or what it is doing: the same sentence in panel, tree and notices. */
export function runHeadline(run: Run): Headline {
  const {state, progress, config, verdict} = run;
  const running = [...progress.stages.values()].filter((stage) => stage.state === 'running' && isActiveRun(run));
  return headline({
    state: state?.state ?? 'new',
    error: state?.error ?? null,
    progress: state?.progress ?? 0,
    left: state?.left ?? null,
    queue: state?.queue,
    running: running.map((stage) => ({
      name: stage.stage,
      phase: phaseOf(run, stage),
      update: stage.update,
      updates: stage.updates,
    })),
    ranges: knownRanges(run),
    evaluates: config.config.evaluate !== undefined,
    verdict,
  });
}

/** What a running stage does before its first number, for people; null otherwise. */
export function phaseOf(run: Run, {stage, phase}: StageProgress): string | null {
  if (phase === null || !isActiveRun(run)) return null;
  const kind = parseStage(stage)?.kind;
  const {decouple, pretrain} = run.config.config;
  const training = kind === 'pretrain' ? pretrain : decouple;
  const trains = kind === 'pretrain' || kind === 'expert' || kind === 'ordinary' || kind === 'baseline';
  return phaseText(phase, {engine: run.record.engine.name, trains, draws: training?.samples !== undefined});
}

/** Timesteps of each expert, as far as config or base say them. */
export function knownRanges({config: {config}, timesteps}: Run): Ranges {
  const ranges = configRanges(config, timesteps) ?? [];
  return config.experts?.map(({range}, i) => range ?? ranges[i]) ?? ranges;
}
