import type {BenchmarkNeed, BenchmarkPlan, BenchmarkTime} from '../../../contract/benchmark/benchmarkPlan.ts';
import {byteText} from '../../../store/files/freeSpace.ts';

/** The plan of a benchmark as lines for a terminal. */
export function planLines(plan: BenchmarkPlan): string[] {
  const {benchmark, about, scale, config, needs, updates, candidates, drawing, disk, time, ours, unlike, warnings} =
    plan;
  const {models, images, sampler, steps} = drawing;
  const ordinary = updates.ordinary === 0 ? '' : `, and one ordinary finetune of ${updates.ordinary}`;
  const baselines = updates.baselines === 0 ? '' : `, ${updates.baselines} baselines of as many`;
  return [
    `Benchmark ${benchmark}: ${about}`,
    ...(scale === 1 ? [] : [`SCALED to ${scale}: its numbers compare with no published ones.`]),
    `Config:   ${config}`,
    'Needs:',
    ...needs.flatMap(needLines),
    `Training: ${updates.experts} experts of ${updates.expert} updates with ${updates.images} images each${ordinary}${baselines}`,
    `Search:   ${candidates} candidates at most`,
    `Drawing:  ${models.length} models (${models.join(', ')}) x ${images} images = ${models.length * images}; ${sampler ?? "the model's sampler"}, ${steps} steps`,
    `Disk:     checkpoints ${byteText(disk.checkpoints)}, models ${byteText(disk.models)}, features ${byteText(disk.features)}${disk.encoded === 0 ? '' : `, latents and texts ${byteText(disk.encoded)} in the cache`}; ${disk.free === null ? 'free: not known' : `${byteText(disk.free)} free`}`,
    `Time:     ${timeText(time)}`,
    'Ours, since the paper leaves it open:',
    ...ours.map((line) => `  ${line}`),
    ...[...unlike, ...warnings].map((line) => `Warning: ${line}`),
  ];
}

function needLines({what, where, problem}: BenchmarkNeed): string[] {
  return [`  [${problem === null ? 'there' : 'MISSING'}] ${what}`, `      ${where}`];
}

function timeText(time: BenchmarkTime | null): string {
  if (time === null) return 'not timed; a run with --scale 0.001 times an update and an image on this machine';
  const hours = (value: number | null) => (value === null ? 'not timed' : `${value.toPrecision(2)} h`);
  return `training ${hours(time.training)}, drawing ${hours(time.drawing)}, one stage after the other, by ${time.run} on ${time.engine}`;
}
