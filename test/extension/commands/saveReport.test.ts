import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {beforeEach, describe, expect, it} from 'vitest';
import {saveReport} from '../../../extension/commands/saveReport.ts';
import {runPaths} from '../../../trainer/store/run/runPaths.ts';
import {editor, Uri} from '../../helpers/editor/fakeVscode.ts';
import {knownReport, knownRun} from '../../helpers/runs/knownRun.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

async function reportedRun(page?: string) {
  const run = knownRun({path: await temporaryFolder(), report: knownReport(0.04, 0.03)});
  await mkdir(dirname(runPaths.reportPage(run.path)), {recursive: true});
  if (page !== undefined) await writeFile(runPaths.reportPage(run.path), page);
  return run;
}

describe('the report of a run as one file', () => {
  beforeEach(() => editor.reset());

  it('is saved where the user says, and opened on request', async () => {
    const run = await reportedRun('<p>better</p>');
    const target = Uri.file(join(await temporaryFolder(), 'mine.html'));
    editor.answers.push(target, 'Open in Browser');
    await saveReport(run);
    expect(await readFile(target.fsPath, 'utf8')).toBe('<p>better</p>');
    expect(editor.proposals.at(-1)).toMatch(new RegExp(`${run.record.id}\\.html$`));
    expect(editor.called).toEqual([['openExternal', target]]);
  });

  it('is not there for a run without a report, or with one of an older version', async () => {
    await expect(saveReport(await reportedRun())).rejects.toMatchObject({code: 'report-missing', hint: /resume/});
    await expect(saveReport(knownRun({report: null}))).rejects.toMatchObject({code: 'report-missing'});
  });
});
