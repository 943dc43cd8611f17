import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {requestForEditor} from '../../../extension/trainer/editorRequest.ts';
import type {OwnerRequest} from '../../../trainer/contract/run/ownerMessages.ts';
import {makeRun} from '../../helpers/runs/runOnDisk.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

async function requestWith(engine: string): Promise<OwnerRequest> {
  const config = join(await temporaryFolder(), 'a.deme.yaml');
  await writeFile(config, `name: a\nbase: b\nengine: ${engine}\n`);
  return {action: 'start', config, selection: {kind: 'pipeline'}};
}

describe("a run in the editor's own runtime", () => {
  it('computes with wasm where the config allows it', async () => {
    const why = expect.stringMatching(/^because no Node program was found/) as string;
    for (const engine of ['{}', '{name: auto}']) {
      expect(await requestForEditor(await requestWith(engine))).toMatchObject({engine: 'wasm', why});
    }
    const asked = await requestForEditor(await requestWith('{name: wasm}'));
    expect(asked).toMatchObject({engine: 'wasm'});
    expect(asked).not.toHaveProperty('why');
  });

  it('is refused where the config wants another engine', async () => {
    const request = await requestWith('{name: tensorflow}');
    await expect(requestForEditor(request)).rejects.toMatchObject({code: 'node-missing'});
    expect(await requestForEditor({...request, engine: 'wasm'} as OwnerRequest)).toMatchObject({engine: 'wasm'});
  });

  it('goes on with what was begun with wasm', async () => {
    const request: OwnerRequest = {action: 'resume', run: await makeRun(await temporaryFolder())};
    expect(await requestForEditor(request)).toEqual(request);
  });
});
