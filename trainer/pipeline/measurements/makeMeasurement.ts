import {basename, dirname, join} from 'node:path';
import {nullForUserError, UserError} from '../../contract/errors.ts';
import {fileExists} from '../../store/files/fileExists.ts';
import {readJson, writeJsonAtomic} from '../../store/files/jsonFile.ts';
import {tableLimits} from '../../store/files/jsonLimits.ts';
import {namesIn} from '../../store/files/namesIn.ts';
import {takeLock} from '../../store/run/processLock.ts';
import type {Measured, MeasuredRun, Measurement, MeasurementHooks, OpenMeasurement} from './measurement.ts';
import {makeFolders} from '../../store/files/makeFolders.ts';

const writeMilliseconds = 1000;

/**
 * Measures a run and keeps the result in its folder. What earlier attempts measured on the same models with the same request is reused or
 * continued. Throws a UserError where another process is measuring the same.
 */
export async function makeMeasurement<Request, Result>(
  measurement: Measurement<Request, Result>,
  measured: MeasuredRun,
  request: Request,
  hooks: Omit<MeasurementHooks<Result>, 'keep'>,
): Promise<Measured<Result>> {
  const file = join(measured.run.path, measurement.file(request));
  const lock = await takeLock(`${file}.lock`);
  if (!lock.held) {
    const holder = lock.holder?.pid ?? '?';
    throw new UserError('measurement-busy', `Process ${holder} is already making this measurement.`, {where: file});
  }
  try {
    const opened = await measurement.open(measured, request);
    const kept = await knownResult(measurement, measured.run.path, measurement.file(request), opened.key);
    return {file, result: await runAndKeep(opened, kept, file, hooks).finally(() => opened.dispose())};
  } finally {
    await lock.release();
  }
}

/** The result that a run has under this key; where it needs nothing of a run, also one that another run beside it has. */
async function knownResult<Request, Result>(
  measurement: Measurement<Request, Result>,
  run: string,
  file: string,
  key: string,
): Promise<Result | null> {
  const own = await keptResult(measurement, join(run, file), key);
  if (own !== null || !measurement.needsNoRun) return own;
  const folder = dirname(run);
  for (const name of await namesIn(folder)) {
    const found = name === basename(run) ? null : await keptResult(measurement, join(folder, name, file), key);
    if (found !== null) return found;
  }
  return null;
}

/** The result in the file if it was measured under this key. One that cannot be read is measured again. */
async function keptResult<Request, Result>(
  {title, result, keyOf}: Measurement<Request, Result>,
  file: string,
  key: string,
): Promise<Result | null> {
  if (!(await fileExists(file))) return null;
  const kept = await readJson(file, result, `the ${title.toLowerCase()}`, tableLimits).catch(nullForUserError);
  return kept !== null && keyOf(kept) === key ? kept : null;
}

async function runAndKeep<Result>(
  opened: OpenMeasurement<Result>,
  kept: Result | null,
  file: string,
  hooks: Omit<MeasurementHooks<Result>, 'keep'>,
): Promise<Result> {
  makeFolders(dirname(file));
  let unwritten: Result | null = null;
  let writtenAt = performance.now();
  const keep = async (result: Result) => {
    unwritten = result;
    if (performance.now() - writtenAt < writeMilliseconds) return;
    await writeJsonAtomic(file, result);
    unwritten = null;
    writtenAt = performance.now();
  };
  try {
    unwritten = await opened.run(kept, {...hooks, keep});
    return unwritten;
  } finally {
    if (unwritten !== null) await writeJsonAtomic(file, unwritten);
  }
}
