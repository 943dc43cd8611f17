import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {proposeCommands} from '../../../extension/commands/proposeRanges.ts';
import type {Studio} from '../../../extension/studio.ts';
import {editor, workspace} from '../../helpers/editor/fakeVscode.ts';
import {Uri, type WorkspaceEdit} from '../../helpers/editor/fakeVscodeTypes.ts';
import {knownConflict} from '../../helpers/measurements/knownConflict.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

beforeEach(() => editor.reset());
afterEach(() => editor.reset());

const text = 'name: a\nbase: b\ndata: {kind: mnist}\ndecouple:\n  ranges: 4\n';

/** Calls the command on a config with this text; what it had the trainer do and which edits it made. */
async function propose(config: string, answer: unknown) {
  const file = join(await temporaryFolder(), 'a.deme.yaml');
  await writeFile(file, config);
  const asked: unknown[] = [];
  const compute = async (_: unknown, args: readonly string[]) => {
    asked.push(args);
    return {file: 'conflict/base.json', result: knownConflict()};
  };
  editor.answers = [answer];
  const studio = {experiments: {node: () => undefined}, trainer: {compute}} as unknown as Studio;
  await proposeCommands['deme.proposeRanges']?.(studio, Uri.file(file));
  const edits = editor.called
    .filter(([name]) => name === 'applyEdit')
    .flatMap(([, edit]) => (edit as WorkspaceEdit).edits);
  expect(await readFile(file, 'utf8')).toBe(config);
  return {asked, file, edits};
}

describe('proposing ranges for a config', () => {
  it('writes the edges that the user picks, in place of the ranges', async () => {
    const {asked, file, edits} = await propose(text, '2 ranges (suggested)');
    expect(asked).toEqual([['measure', 'gradient-conflict', file, '--propose']]);
    expect(edits.map((edit) => edit.text)).toEqual(['edges: [0, 250, 1000]']);
    expect(edits[0]?.range).toMatchObject({start: {line: 4, character: 2}, end: {line: 4, character: 11}});
  });

  it('changes nothing where the user picks nothing', async () => {
    expect((await propose(text, undefined)).edits).toEqual([]);
  });

  it('says what to write where the section is elsewhere', async () => {
    const shared = 'name: a\nbase: b\ndata: {kind: mnist}\ndecouple: &d {updates: 3}\n';
    expect((await propose(shared, '1 range')).edits[0]?.text).toBe('edges: [0, 1000], ');
    const merged = text.replace('  ranges: 4', '  <<: {ranges: 4}');
    await expect(propose(merged, '2 ranges (suggested)')).rejects.toMatchObject({
      hint: 'Put this into decouple: edges: [0, 250, 1000]',
    });
  });

  it('refuses a config that trains no experts, and an untrusted workspace', async () => {
    await expect(propose('name: a\nbase: b\ndata: {kind: mnist}\n', undefined)).rejects.toMatchObject({
      code: 'decouple-missing',
    });
    workspace.isTrusted = false;
    await expect(propose(text, '2 ranges (suggested)')).rejects.toMatchObject({code: 'workspace-untrusted'});
  });
});
