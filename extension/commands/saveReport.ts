import {readFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import * as vscode from 'vscode';
import {UserError} from '../../trainer/contract/errors.ts';
import {writeFileAtomic} from '../../trainer/store/files/atomicFile.ts';
import {fileExists} from '../../trainer/store/files/fileExists.ts';
import {requireRegular} from '../../trainer/store/files/regularFile.ts';
import {runPaths} from '../../trainer/store/run/runPaths.ts';
import {notify} from '../notify.ts';
import {configFileOf, type Run} from '../runs/run.ts';

/** Saves the report of a run where the user wants it: one HTML file with all its pictures, for people without the run. */
export async function saveReport(run: Run): Promise<void> {
  const {id} = run.record;
  const page = runPaths.reportPage(run.path);
  if (run.report === null) throw new UserError('report-missing', `${id} has no report yet.`);
  if (!(await fileExists(page))) {
    throw new UserError('report-missing', `The report of ${id} is of an older version, which made no single file.`, {
      hint: `Delete the file "stages/report.json" of the run and resume it: only the report is made again.`,
    });
  }
  await requireRegular(page);
  const target = await vscode.window.showSaveDialog({
    title: `Report of ${id}`,
    defaultUri: vscode.Uri.file(join(dirname(configFileOf(run)), `${id}.html`)),
    filters: {HTML: ['html']},
  });
  if (target === undefined) return;
  await writeFileAtomic(target.fsPath, await readFile(page));
  const open = 'Open in Browser';
  const chosen = await notify.info(`Saved the report of ${id}.`, open);
  if (chosen === open) await vscode.env.openExternal(target);
}
