import {mkdir, readFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {writeNotes} from '../../../../trainer/store/run/runNotes.ts';
import {runPaths} from '../../../../trainer/store/run/runPaths.ts';
import {writeJsonAtomic} from '../../../../trainer/store/files/jsonFile.ts';
import {deme} from '../../../helpers/machine/deme.ts';
import {knownReport} from '../../../helpers/runs/knownRun.ts';
import {makeRun} from '../../../helpers/runs/runOnDisk.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

/** Two runs, the second with a report and a tag. */
async function twoRuns(): Promise<string> {
  const folder = await temporaryFolder();
  await makeRun(folder);
  const path = await makeRun(folder);
  await writeNotes(path, {tags: ['good'], note: 'wider, "better"'});
  await mkdir(runPaths.report(path));
  await writeJsonAtomic(runPaths.reportRecord(path), knownReport(0.04, 0.03));
  return dirname(path);
}

describe('deme runs', () => {
  it('prints a table of all settings and scores, or writes it', async () => {
    const output = await twoRuns();
    const printed = await deme(['runs', '--output', output, '--csv']);
    expect(printed.code, printed.stderr).toBe(0);
    const [head = '', ...lines] = printed.stdout.trimEnd().split('\n');
    const columns = head.replaceAll('"', '').split(',');
    expect(columns).toEqual(
      expect.arrayContaining(['id', 'state', 'tags', 'decouple.updates', 'merged.held-out loss']),
    );
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain('good,"wider, ""better""",');
    expect(lines[1]).toMatch(/,0\.03(,|$)/);
    const file = join(output, '..', 'runs.csv');
    expect((await deme(['runs', '--output', output, '--csv', file])).stdout).toBe('');
    expect(await readFile(file, 'utf8')).toBe(printed.stdout);
  });

  it('lists the runs that meet all conditions', async () => {
    const output = await twoRuns();
    const listed = async (...where: string[]) => {
      const options = where.flatMap((condition) => ['--where', condition]);
      const {code, stdout, stderr} = await deme(['runs', '--output', output, ...options]);
      expect(code, stderr).toBe(0);
      return stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split(' ')[0]);
    };
    const [first, second] = await listed();
    expect(await listed('tags=good')).toEqual([second]);
    expect(await listed('merged.held-out loss<0.035', 'decouple.updates>0')).toEqual([second]);
    expect(await listed('tags!=good')).toEqual([first]);
    expect(await listed('decouple.updates<0')).toEqual(['No']);
  });

  it('refuses conditions that mean nothing, or too much', async () => {
    const output = await twoRuns();
    const refused = async (condition: string) => {
      const {code, stderr} = await deme(['runs', '--output', output, '--where', condition]);
      expect(code).toBe(2);
      return stderr;
    };
    expect(await refused('decouple.update>3')).toContain('Did you mean decouple.updates?');
    expect(await refused('held-out loss<1')).toContain('base.held-out loss');
    expect(await refused('nothing')).toContain('as in decouple.updates>=200');
  });
});
