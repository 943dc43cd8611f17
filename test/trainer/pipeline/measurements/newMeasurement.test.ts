import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {Command} from 'commander';
import {afterEach, describe, expect, it, vi} from 'vitest';
import * as z from 'zod';
import {PanelRequests, type PanelActions, type PanelScope} from '../../../../extension/panel/panelRequests.ts';
import {Milestones} from '../../../../extension/panel/milestones.ts';
import {PanelPreview} from '../../../../extension/panel/panelPreview.ts';
import {measureArguments} from '../../../../extension/runs/measure.ts';
import {addMeasureVerb} from '../../../../trainer/cli/verbs/measureVerb.ts';
import {UserError} from '../../../../trainer/contract/errors.ts';
import {PageMessage} from '../../../../trainer/contract/panel/panel.ts';
import {makeMeasurement} from '../../../../trainer/pipeline/measurements/makeMeasurement.ts';
import type {Measurement, MeasuredRun} from '../../../../trainer/pipeline/measurements/measurement.ts';
import {measurements} from '../../../../trainer/pipeline/measurements/registry.ts';
import {readResolved} from '../../../../trainer/pipeline/owner/work.ts';
import {fileExists} from '../../../../trainer/store/files/fileExists.ts';
import {takeLock} from '../../../../trainer/store/run/processLock.ts';
import {openRun} from '../../../../trainer/store/run/runFolder.ts';
import {fakeRun} from '../../../helpers/runs/fakeRunFolder.ts';
import {makeRun} from '../../../helpers/runs/runOnDisk.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

const Squares = z.strictObject({key: z.string(), wanted: z.int(), squares: z.array(z.number())});
type Squares = z.infer<typeof Squares>;

const SquaresRequest = z.strictObject({
  upTo: z.int().min(1, 'Give a whole number from 1.').default(3).describe('the last number'),
  signs: z.array(z.number()).default([1]),
  label: z.enum(['plain', 'fancy']).default('plain'),
  isNegative: z.boolean().default(false),
});
type SquaresRequest = z.infer<typeof SquaresRequest>;

/** Numbers that were squared, in all tests. */
const squared: number[] = [];

/** All that it takes to add a measurement. */
const squares: Measurement<SquaresRequest, Squares> = {
  title: 'Squares',
  about: 'squares of the first numbers',
  request: SquaresRequest,
  result: Squares,
  file: ({label}) => `measurements/squares-${label}.json`,
  files: {folder: 'measurements', name: /^squares-.*\.json$/},
  choices: () => [{label: 'Squares', request: {}}],
  needsEngine: false,
  open: async (_, {upTo, signs, isNegative}) => ({
    key: JSON.stringify({upTo, signs, isNegative}),
    run: async (kept, {signal, onProgress, keep}) => {
      const result: Squares = kept ?? {key: JSON.stringify({upTo, signs, isNegative}), wanted: upTo, squares: []};
      for (let i = result.squares.length + 1; i <= upTo; i++) {
        signal.throwIfAborted();
        squared.push(i);
        result.squares.push((isNegative ? -1 : 1) * i * i * (signs[0] ?? 1));
        onProgress(i, upTo);
        await keep(result);
      }
      return result;
    },
    dispose: () => undefined,
  }),
  keyOf: ({key}) => key,
  csvHeader: /^1\n/,
  lines: (result) => [`squares ${result.squares.join(' ')}`],
  csv: (result) => result.squares.join('\n'),
};

const table = {...measurements, squares};

async function measuredRun(): Promise<MeasuredRun & {path: string}> {
  const path = await makeRun(await temporaryFolder());
  const run = await openRun(path);
  return {path, run, resolved: await readResolved(run), engine: null, onWarning: () => undefined};
}

const request = (changes: Partial<SquaresRequest> = {}) => SquaresRequest.parse(changes);
const hooks = (signal = new AbortController().signal) => ({signal, onProgress: () => undefined});

afterEach(() => {
  squared.length = 0;
  vi.restoreAllMocks();
});

/** Calls `deme` in this process. */
async function deme(args: readonly string[]): Promise<{code: unknown; out: string}> {
  let out = '';
  const write = (text: unknown, done?: unknown) => {
    out += String(text);
    if (done !== undefined) (done as () => void)();
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(write);
  vi.spyOn(process.stderr, 'write').mockImplementation(write);
  vi.spyOn(process, 'exit').mockImplementation((() => undefined) as never);
  const program = new Command('deme').exitOverride();
  addMeasureVerb(program, table);
  await program.parseAsync(args, {from: 'user'});
  const code = process.exitCode;
  process.exitCode = 0;
  return {code, out};
}

describe('a measurement that is one row of the table', () => {
  it('has a verb with options, and keeps its result in the run folder', async () => {
    const {path} = await measuredRun();
    const csv = join(await temporaryFolder(), 'squares.csv');
    const {code, out} = await deme(['measure', 'squares', path, '--up-to', '2', '--is-negative', '--csv', csv]);
    expect(code).toBe(0);
    const file = join(path, 'measurements', 'squares-plain.json');
    expect(out).toBe(`squares -1 -4\nWritten: ${file}\nWritten: ${csv}\n`);
    expect(Squares.parse(JSON.parse(await readFile(file, 'utf8'))).squares).toEqual([-1, -4]);
    expect(await readFile(csv, 'utf8')).toBe('-1\n-4');
    expect(await fileExists(`${file}.lock`)).toBe(false);
  });

  it('refuses a request that does not fit, by the name of the option', async () => {
    const {path} = await measuredRun();
    const {code, out} = await deme(['measure', 'squares', path, '--up-to', '0']);
    expect({code, out}).toEqual({code: 2, out: 'deme: --up-to: Give a whole number from 1.\n'});
  });

  it('takes on the command line what the editor asks for', async () => {
    const {path} = await measuredRun();
    const asked = {upTo: 2, signs: [-1, 0.5], label: 'fancy', isNegative: true};
    const {out} = await deme([...measureArguments('squares', path, asked), '--json']);
    const {file, result} = JSON.parse(out.slice(out.indexOf('{\n'))) as {file: string; result: Squares};
    expect(file).toBe(join(path, 'measurements', 'squares-fancy.json'));
    expect(result).toEqual({
      key: JSON.stringify({upTo: 2, signs: [-1, 0.5], isNegative: true}),
      wanted: 2,
      squares: [1, 4],
    });
  });

  it('is made by one process at a time', async () => {
    const run = await measuredRun();
    const lock = await takeLock(join(run.path, 'measurements', 'squares-plain.json.lock'));
    const made = makeMeasurement(squares, run, request(), hooks());
    await expect(made).rejects.toThrow(`Process ${process.pid} is already making this measurement.`);
    // Another result of the same measurement is none of its business.
    expect((await makeMeasurement(squares, run, request({label: 'fancy'}), hooks())).result.squares).toEqual([1, 4, 9]);
    if (lock.held) await lock.release();
    expect((await makeMeasurement(squares, run, request(), hooks())).result.squares).toEqual([1, 4, 9]);
  });

  it('continues what was stopped, reuses what is complete, and begins again where the key is another', async () => {
    const run = await measuredRun();
    const stop = new AbortController();
    const onProgress = (done: number) => done === 2 && stop.abort(new UserError('stopped', 'Stopped.'));
    const stopped = makeMeasurement(squares, run, request(), {signal: stop.signal, onProgress});
    await expect(stopped).rejects.toThrow('Stopped.');
    expect(squared).toEqual([1, 2]);
    expect((await makeMeasurement(squares, run, request(), hooks())).result.squares).toEqual([1, 4, 9]);
    expect(squared).toEqual([1, 2, 3]);
    await makeMeasurement(squares, run, request(), hooks());
    expect(squared).toEqual([1, 2, 3]);
    await makeMeasurement(squares, run, request({upTo: 4}), hooks());
    expect(squared).toEqual([1, 2, 3, 1, 2, 3, 4]);
    const {file} = await makeMeasurement(squares, run, request({upTo: 4}), hooks());
    await writeFile(file, '{"key":');
    await makeMeasurement(squares, run, request({upTo: 1}), hooks());
    expect(squared.slice(7)).toEqual([1]);
  });

  it('is asked for and read by the panel', async () => {
    const {run} = await fakeRun(await temporaryFolder(), {updates: 0});
    const scope: PanelScope = {kind: 'experiment', title: 't', runs: () => [run], get: () => run, studies: () => []};
    const asked: unknown[] = [];
    const actions = {
      isTrusted: () => true,
      measure: async (...given: unknown[]) => {
        asked.push(given.slice(1));
        const measured = {run, resolved: run.config, engine: null, onWarning: () => undefined};
        await makeMeasurement(squares, measured, request({upTo: 2}), hooks());
      },
    } as unknown as PanelActions;
    const preview = new PanelPreview(
      () => Promise.reject(new Error('none')),
      () => undefined,
    );
    const requests = new PanelRequests(scope, actions, new Milestones(), preview, String, table);
    const message = {type: 'request', id: 1, request: {kind: 'measure', name: 'squares', run: run.path, request: null}};
    const parsed = PageMessage.parse(message);
    if (parsed.type !== 'request') throw new Error('no request');
    expect(await requests.run(parsed.request)).toEqual({kind: 'measured', results: [], problems: []});
    const wanted = {kind: 'measure' as const, name: 'squares', run: run.path, request: {upTo: 2}};
    expect(await requests.run(wanted)).toMatchObject({results: [{result: {squares: [1, 4]}, isStale: false}]});
    expect(asked).toEqual([['squares', {upTo: 2}]]);
    await expect(requests.run({...wanted, name: 'cubes'})).rejects.toThrow('There is no measurement named cubes.');
  });
});
