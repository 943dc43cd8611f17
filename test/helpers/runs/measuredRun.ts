import {join} from 'node:path';
import type {EngineInfo} from '../../../trainer/contract/engine/engineInfo.ts';
import {UserError} from '../../../trainer/contract/errors.ts';
import {makeMeasurement} from '../../../trainer/pipeline/measurements/makeMeasurement.ts';
import type {MeasuredRun, Measurement} from '../../../trainer/pipeline/measurements/measurement.ts';
import {resolveConfig} from '../../../trainer/pipeline/owner/resolveConfig.ts';
import {createRun} from '../../../trainer/store/run/runFolder.ts';

/** A new run of a config, in which nothing is done yet. */
export async function newMeasuredRun(config: string, engine: EngineInfo): Promise<MeasuredRun> {
  const resolved = await resolveConfig(config);
  const run = await createRun(join(resolved.folder, resolved.config.output), resolved.config.name, {
    tool: 'test',
    created: new Date().toISOString(),
    config,
    engine: {name: 'wasm', version: '4.22.0', device: 'CPU', threads: 1},
  });
  return {run, resolved, engine, onWarning: () => undefined};
}

/** Measures, and says after how many units of work there was news; `stopAfter` ends it, without a result. */
export async function measureUntil<Request, Result>(
  measurement: Measurement<Request, Result>,
  run: MeasuredRun,
  request: Request,
  stopAfter = Infinity,
): Promise<{seen: number[]; result: Result | null}> {
  const stop = new AbortController();
  const seen: number[] = [];
  const onProgress = (done: number) => {
    seen.push(done);
    if (done >= stopAfter) stop.abort(new UserError('stopped', 'Stopped.'));
  };
  const made = await makeMeasurement(measurement, run, request, {signal: stop.signal, onProgress}).catch(
    (error: unknown) => {
      if (error instanceof UserError && error.code === 'stopped') return null;
      throw error;
    },
  );
  return {seen, result: made?.result ?? null};
}
