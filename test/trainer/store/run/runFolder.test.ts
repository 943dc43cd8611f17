import {chmod, mkdir, symlink, writeFile} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {describe, expect, it} from 'vitest';
import type {UserError} from '../../../../trainer/contract/errors.ts';
import {RunId} from '../../../../trainer/contract/run/runId.ts';
import {createRun, listRuns, openRun, type NewRunRecord} from '../../../../trainer/store/run/runFolder.ts';
import {oddRuns} from '../../../helpers/runs/oddRuns.ts';
import {asOtherUser} from '../../../helpers/machine/otherUser.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

const record = (created = '2026-01-01T00:00:00Z'): NewRunRecord => ({
  tool: 'deme-studio 0.1.0',
  created,
  config: 'name: digits\n',
  engine: {name: 'wasm', version: '4.22.0', device: 'CPU', threads: 1},
});

describe('run folders', () => {
  it('are numbered after the highest and never shared', async () => {
    const output = join(await temporaryFolder(), 'runs');
    const first = await createRun(output, 'digits', record());
    expect(basename(first.path)).toBe('digits-1');
    await mkdir(join(output, 'digits-7'));
    await mkdir(join(output, 'digits-old-99'));
    const started = await Promise.all(Array.from({length: 8}, () => createRun(output, 'digits', record())));
    const ids = started.map((run) => run.record.id);
    expect(ids.sort()).toEqual(Array.from({length: 8}, (_, i) => `digits-${i + 8}`).sort());
  });

  it('open with what was recorded', async () => {
    const {path} = await createRun(await temporaryFolder(), 'digits', record());
    expect((await openRun(path)).record).toEqual({...record(), format: 1, id: 'digits-1', name: 'digits'});
    await expect(openRun(join(path, 'none'))).rejects.toMatchObject({code: 'run-missing'});
  });

  it('are listed by time, without folders that are no runs', async () => {
    const output = await temporaryFolder();
    await createRun(output, 'b', record('2026-01-02T00:00:00Z'));
    await createRun(output, 'a', record('2026-01-03T00:00:00Z'));
    await createRun(output, 'c', record('2026-01-01T00:00:00Z'));
    await mkdir(join(output, 'other'));
    expect((await listRuns(output)).map((run) => run.record.id)).toEqual(['c-1', 'b-1', 'a-1']);
    expect(await listRuns(join(output, 'none'))).toEqual([]);
  });

  it('report a damaged record without hiding the others', async () => {
    const output = await temporaryFolder();
    const {path} = await createRun(output, 'bad', record());
    await createRun(output, 'good', record());
    await writeFile(join(path, 'run.json'), '{}');
    const unreadable: string[] = [];
    const runs = await listRuns(output, (error) => unreadable.push(error.code));
    expect(runs.map((run) => run.record.id)).toEqual(['good-1']);
    expect(unreadable).toEqual(['content-invalid']);
    await expect(listRuns(output)).rejects.toMatchObject({code: 'content-invalid'});
  });

  it.each(Object.entries(oddRuns))('are listed beside one that cannot be read: %s', async (name, make) => {
    const output = await temporaryFolder();
    const {path} = await createRun(output, 'good', record());
    await make(join(output, name), path);
    const unreadable: UserError[] = [];
    await chmod(output, 0o777);
    const runs = await asOtherUser(() => listRuns(output, (error) => unreadable.push(error)));
    expect(runs.map((run) => run.path)).toEqual([path]);
    expect(unreadable).toHaveLength(1);
    expect(unreadable[0]?.where).toContain(join(output, name));
    await expect(createRun(output, 'good', record())).resolves.toMatchObject({record: {id: 'good-2'}});
  });

  it('are found behind links, and hidden entries are none', async () => {
    const [output, other] = [await temporaryFolder(), await temporaryFolder()];
    const {path} = await createRun(other, 'far', record());
    await symlink(path, join(output, 'far-1'));
    await symlink('gone', join(output, '.#lock'));
    expect((await listRuns(output)).map((run) => run.path)).toEqual([join(output, 'far-1')]);
  });

  it.each(['../up', 'a/b', '', '.', 'a\u001b[2Jb', 'a\u202eb', 'x'.repeat(81)])('refuse the id %j', (id) => {
    expect(RunId.safeParse(id).success).toBe(false);
  });
});
