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
import {runText, type MatrixPlan, type PlannedRun} from './planMatrix.ts';

/**
 * Makes the runs one after the other, each in the run that has begun it if there is one, so that every stage that several share is done once. The
 * table is written after each, with what there is. A run that fails is noted, and the others go on.
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
  for (const [i, run] of runs.entries()) {
    say(`Run ${i + 1} of ${runs.length}: ${runText(run)}`);
    const made = await makeRun(run, options, say);
    if (made === 'stopped') {
      say('Stopped at a checkpoint. The same command goes on from there.');
      return 130;
    }
    if (made.error !== null) failed++;
    tried.set(run.cell, [...(tried.get(run.cell) ?? []), made]);
    const table = matrixResult(about, tried);
    const isLast = i === runs.length - 1;
    const soFar = [`${i + 1} of ${runs.length} runs are done; what is concluded comes with the last.`];
    result = conclude ? {...table, verdicts: isLast ? conclude(table.rows) : soFar} : table;
    await writeJsonAtomic(join(out, `${stem}.json`), result);
    const pictures: PagePicture[] = [];
    for (const {name, alt, content} of (await illustrate?.(tried, table.rows)) ?? []) {
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
    return (await showWork(work, options)) === 'stopped' ? 'stopped' : await ended(null);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    say(`Failed: ${error.line}`);
    return ended(toErrorRecord(error));
  }
}
