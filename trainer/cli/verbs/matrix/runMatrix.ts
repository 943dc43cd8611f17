import {relative} from 'node:path';
import {toErrorRecord, UserError} from '../../../contract/errors.ts';
import {runStageGraph} from '../../../pipeline/graph/stageGraph.ts';
import {readCellRun, type CellRun} from '../../../pipeline/matrix/matrixResult.ts';
import {runNeeds} from '../../../pipeline/matrix/runNeeds.ts';
import {rememberInterrupts} from '../../../pipeline/owner/interrupts.ts';
import {workOfSettings} from '../../../pipeline/owner/workOfSettings.ts';
import type {MachineShare} from '../../../pipeline/resources/machineShare.ts';
import type {RunFolder} from '../../../store/run/runFolder.ts';
import type {ExitCode} from '../../outcome.ts';
import {printJson, printLines} from '../../terminal.ts';
import {showWork} from '../../view/followRun.ts';
import {markedLines} from './markedLines.ts';
import type {MatrixOptions} from './matrixOptions.ts';
import {MatrixTable} from './matrixTable.ts';
import {runText, type MatrixPlan, type PlannedRun} from './planMatrix.ts';

/**
 * Makes the runs of a matrix, each in the run that has begun it if there is one. A run waits for those before it that make something it can take
 * over, so that every stage that several share is done once. A run that fails is noted, and the others go on.
 */
export async function runMatrix(
  plan: MatrixPlan,
  {json, parallel: asked = 1}: Pick<MatrixOptions, 'json' | 'parallel'>,
): Promise<ExitCode> {
  const {runs} = plan;
  // More parts of the machine than runs would be left idle.
  const parallel = Math.min(asked, runs.length);
  const table = new MatrixTable(plan);
  const needs = runNeeds(runs.map(({wanted}) => wanted));
  const free = Array.from({length: parallel}, (_, index) => index);
  const say = (line: string, out?: NodeJS.WritableStream) => {
    if (!json) printLines([line], out);
  };
  const carryOut = async (run: PlannedRun, number: number): Promise<'done' | 'stopped'> => {
    const index = free.shift() ?? 0;
    const out = parallel === 1 || json ? process.stdout : markedLines(`[${number}]`, process.stdout);
    say(`Run ${number} of ${runs.length}: ${runText(run)}`);
    const share = {index, count: parallel};
    const onBegun = ({record: {id}}: RunFolder) => table.begin(run, id);
    const made = await makeRun(run, {json, share, out, say, onBegun});
    free.push(index);
    if (made === 'stopped') return 'stopped';
    await table.end(run, made);
    return 'done';
  };
  const nodes = runs.map((run, i) => ({name: String(i), needs: needs[i] ?? [], run, number: i + 1}));
  const interrupts = rememberInterrupts();
  const outcome = await runStageGraph(nodes, new Set(), parallel, {
    run: ({run, number}) => carryOut(run, number),
    mayStart: () => !interrupts.hasArrived,
  }).finally(() => interrupts.end());
  if (outcome === 'stopped') {
    say('Stopped at a checkpoint. The same command goes on from there.');
    return 130;
  }
  const {result, failed, page} = table;
  if (json) printJson(result, 0);
  if (failed > 0) say(`${failed} of ${runs.length} runs failed; the table says why.`);
  result.verdicts?.forEach((verdict) => say(verdict));
  say(`Table: ${relative('', page)}`);
  return failed === 0 ? 0 : 1;
}

const noTrainings = {done: 0, takenOver: 0};

interface Making {
  readonly json?: boolean;
  readonly share: MachineShare;
  readonly out: NodeJS.WritableStream;
  say(line: string, out: NodeJS.WritableStream): void;
  onBegun(run: RunFolder): Promise<void>;
}

async function makeRun(
  {repeat, wanted}: PlannedRun,
  {json, share, out, say, onBegun}: Making,
): Promise<CellRun | 'stopped'> {
  let begun: RunFolder | null = null;
  const ended = async (error: CellRun['error']): Promise<CellRun> => ({
    repeat,
    run: begun?.record.id ?? null,
    path: begun?.path ?? null,
    error,
    ...(begun ? await readCellRun(begun.path, wanted.resolved, error) : {report: null, trainings: noTrainings}),
  });
  try {
    const work = await workOfSettings({...wanted, share}, ({reason}) => say(`Engine: ${reason}`, out));
    begun = work.run;
    await onBegun(begun);
    return (await showWork(work, {json, isOneOfMany: true, out})) === 'stopped' ? 'stopped' : await ended(null);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    say(`Failed: ${error.line}`, out);
    return ended(toErrorRecord(error));
  }
}
