import {measurementKinds} from '../../trainer/contract/measurements/measurementKinds.ts';
import {requestArguments, type MeasurementRequest} from '../../trainer/contract/measurements/measurementRequest.ts';
import {VerbResult} from '../../trainer/contract/verbResult.ts';
import type {Studio} from '../studio.ts';
import {withProgress} from '../trainer/withProgress.ts';
import type {Run} from './run.ts';

/**
 * Has the trainer make a measurement of a run, whose result stays in the run folder. One that is cancelled continues the next time. Throws
 * UserErrors and CancellationError.
 */
export async function measure(
  {trainer}: Pick<Studio, 'trainer'>,
  {path, record}: Run,
  name: string,
  request: MeasurementRequest,
): Promise<void> {
  const title = Object.entries(measurementKinds).find(([each]) => each === name)?.[1].title ?? name;
  const args = measureArguments(name, path, request);
  await withProgress(`${title} of ${record.id}`, (signal, onLine) =>
    trainer.compute(VerbResult, args, {signal, onLine}),
  );
}

/** The arguments of `deme` that make a measurement of the run in a folder. */
export function measureArguments(name: string, run: string, request: MeasurementRequest): string[] {
  return ['measure', name, run, ...requestArguments(request)];
}
