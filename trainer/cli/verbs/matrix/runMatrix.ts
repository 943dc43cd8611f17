import {mkdir} from 'node:fs/promises';
import {join, relative} from 'node:path';
import {toErrorRecord, UserError} from '../../../contract/errors.ts';
import type {MatrixResult} from '../../../contract/matrix/matrixResult.ts';
import type {MatrixCell} from '../../../pipeline/matrix/matrixCells.ts';
import {matrixMarkdown, type PagePicture} from '../../../pipeline/matrix/matrixMarkdown.ts';
import {matrixResult, readCellRun, type CellRun} from '../../../pipeline/matrix/matrixResult.ts';
import {workOfSettings} from '../../../pipeline/owner/workOfSettings.ts';
import type {RunFolder} from '../../../store/run/runFolder.ts';
import {writeFileAtomic} from '../../../store/files/atomicFile.ts';
import {writeJsonAtomic} from '../../../store/files/jsonFile.ts';
import type {ExitCode, OutputOptions} from '../../outcome.ts';
import {printJson, printLines} from '../../terminal.ts';
import {showWork} from '../../view/followRun.ts';
import {plannedRun, runText, type MatrixPlan, type PlannedRun} from './planMatrix.ts';

/**
 * Makes the runs one after the other, each in the run that has begun it if there is one, so that every stage that several share is done once. The
 * table is written before and after each, with what there is. A run that fails is noted, and the others go on.
 */
export async function runMatrix(
  {about, runs, out, stem, conclude, illustrate}: MatrixPlan,
  options: OutputOptions,
): Promise<ExitCode> {
  const say = (line: string) => {
    if (!options.json) printLines([line]);
  };
  await mkdir(out, {recursive: true});
  const page = join(out, `${stem}.md`);
  const tried = new Map<MatrixCell, CellRun[]>();
  let result: MatrixResult | null = null;
  let failed = 0;
  /** Writes the table with what there is, for those who watch it. */
  const write = async (done: number, current: MatrixResult['current']): Promise<MatrixResult> => {
    const table = {...matrixResult(about, tried), current};
    const soFar = [`${done} of ${runs.length} runs are done; what is concluded comes with the last.`];
    const verdicts = done === runs.length ? conclude?.(table.rows) : soFar;
    const whole = conclude && verdicts ? {...table, verdicts} : table;
    await writeJsonAtomic(join(out, `${stem}.json`), whole);
    return whole;
  };
  for (const [i, run] of runs.entries()) {
    say(`Run ${i + 1} of ${runs.length}: ${runText(run)}`);
    const onBegun = async ({record: {id}}: RunFolder) => void (await write(i, {...plannedRun(run), run: id}));
    const made = await makeRun(run, options, say, onBegun);
    if (made === 'stopped') {
      say('Stopped at a checkpoint. The same command goes on from there.');
      return 130;
    }
    if (made.error !== null) failed++;
    tried.set(run.cell, [...(tried.get(run.cell) ?? []), made]);
    result = await write(i + 1, null);
    const pictures: PagePicture[] = [];
    for (const {name, alt, content} of (await illustrate?.(tried, result.rows)) ?? []) {
      const file = `${stem}-${name}`;
      await writeFileAtomic(join(out, file), content);
      pictures.push({file, alt});
    }
    await writeFileAtomic(page, matrixMarkdown(result, pictures));
  }
  if (options.json) printJson(result, 0);
  if (failed > 0) say(`${failed} of ${runs.length} runs failed; the table says why.`);
  result?.verdicts?.forEach(say);
  say(`Table: ${relative('', page)}`);
  return failed === 0 ? 0 : 1;
}

const noTrainings = {done: 0, takenOver: 0};

async function makeRun(
  {repeat, wanted}: PlannedRun,
  options: OutputOptions,
  say: (line: string) => void,
  onBegun: (run: RunFolder) => Promise<void>,
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
    const work = await workOfSettings(wanted, ({reason}) => say(`Engine: ${reason}`));
    begun = work.run;
    await onBegun(begun);
    return (await showWork(work, options)) === 'stopped' ? 'stopped' : await ended(null);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    say(`Failed: ${error.line}`);
    return ended(toErrorRecord(error));
  }
}
