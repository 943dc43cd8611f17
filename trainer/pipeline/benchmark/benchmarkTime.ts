import {dirname, resolve} from 'node:path';
import type {BenchmarkTime} from '../../contract/benchmark/benchmarkPlan.ts';
import type {DemeConfig} from '../../contract/config/config.ts';
import {measuredCount} from '../../contract/config/evaluateConfig.ts';
import {evaluatedModels} from '../../contract/run/pipeline.ts';
import {runEventPieces} from '../../store/run/singleEvents.ts';
import {listRuns} from '../../store/run/runFolder.ts';
import {DrawingPace} from '../drawing/drawingPace.ts';
import {isTraining, planStages} from '../graph/stagePlan.ts';
import type {BenchmarkConfig} from './benchmarkConfig.ts';

/** Of what a benchmark does again and again, in seconds; null: not timed. */
export interface Pace {
  /** Of an update by the name of its stage, as far as they were timed. */
  readonly updates: ReadonlyMap<string, number>;
  /** Of an image that is drawn and measured. */
  readonly image: number | null;
}

/**
 * Hours that a benchmark takes where one stage runs after the other, by the pace of the newest run in its folder, which may be a small one: an
 * update and an image are the same at every scale. Null where no run there was timed.
 */
export async function benchmarkTime({config, file}: BenchmarkConfig): Promise<BenchmarkTime | null> {
  const runs = await listRuns(resolve(dirname(file), config.output), () => undefined);
  for (const {path, record} of runs.reverse()) {
    const hours = hoursAt(await readPace(path), config);
    if (hours.training === null && hours.drawing === null) continue;
    return {run: record.id, engine: `${record.engine.name}, ${record.engine.device}`, ...hours};
  }
  return null;
}

/** The hours of all trainings, and of drawing and measuring the images of all models. */
export function hoursAt({updates, image}: Pace, config: DemeConfig): Pick<BenchmarkTime, 'training' | 'drawing'> {
  const {decouple, evaluate} = config;
  const seconds = planStages(config)
    .filter(isTraining)
    .map(({name, stage}) => {
      const share = stage.kind === 'expert' ? 1 : planStages(config, 'finetune').length;
      const alike = stage.kind === 'baseline' ? updates.get('ordinary') : undefined;
      const pace = updates.get(name) ?? alike ?? updates.get('expert-0');
      return pace === undefined ? NaN : pace * share * (decouple?.updates ?? 0);
    });
  const training = seconds.reduce((sum, value) => sum + value, 0) / 3600;
  const images = evaluatedModels(config).length * (evaluate === undefined ? 0 : measuredCount(evaluate));
  return {
    training: Number.isFinite(training) ? training : null,
    drawing: image === null ? null : (image * images) / 3600,
  };
}

/** The pace of a run by its newest events. */
async function readPace(run: string): Promise<Pace> {
  const updates = new Map<string, number>();
  const drawn = new DrawingPace('samples');
  for await (const {events} of runEventPieces(run, ['step', 'progress'])) {
    for (const event of events) {
      if (event.type === 'step') updates.set(event.stage, event.secondsPerUpdate);
      if (event.type === 'progress') drawn.add(event);
    }
  }
  return {updates, image: drawn.seconds};
}
