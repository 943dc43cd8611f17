import {appendFile, readdir, readFile, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {readEvents} from '../../../../trainer/store/run/eventLog.ts';
import {runPaths} from '../../../../trainer/store/run/runPaths.ts';
import {deme} from '../../../helpers/machine/deme.ts';
import {mergedHash} from '../../../helpers/runs/mergedHash.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {tinyTextData, writeTinyTextExperiment} from '../../../helpers/runs/tinyTextExperiment.ts';

const components = ['model_index.json', 'scheduler', 'text_encoder', 'tokenizer', 'unet', 'vae'];

/** A folder with the experiment, and the run that it makes. */
async function experiment(changes: Record<string, unknown> = {}) {
  const folder = await temporaryFolder();
  return {folder, config: await writeTinyTextExperiment(folder, changes), run: join(folder, '.deme', 'runs', 'text-1')};
}

async function succeed(...args: string[]): Promise<string> {
  const {code, stdout, stderr} = await deme(args);
  expect(code, `${stderr}${stdout}`).toBe(0);
  return stdout;
}

async function messagesOf(run: string): Promise<string[]> {
  const events = await readEvents(runPaths.events(run));
  return events.flatMap((event) => (event.type === 'log' ? [event.message] : []));
}

describe('a run of a text-to-image model', {timeout: 900_000}, () => {
  it('trains, searches, merges and draws on latents that were computed once', async () => {
    const whole = await experiment();
    await succeed('run', whole.config);
    for (const model of ['expert-0', 'expert-1', 'merged'])
      expect(await readdir(runPaths.model(whole.run, model))).toEqual(expect.arrayContaining(components));
    const losses = JSON.parse(await readFile(runPaths.losses(whole.run, 'merged'), 'utf8')) as {values: number[]};
    expect(losses.values.every((value) => value > 0 && value < 10)).toBe(true);
    const said = (await messagesOf(whole.run)).filter((message) => message.includes(join(whole.folder, 'cache')));
    expect(said.some((message) => message.includes('the latents of the training images'))).toBe(true);
    // Training images plain and mirrored, validation and test images; the texts of these three.
    const cached = await readdir(join(whole.folder, 'cache'));
    expect(cached.filter((name) => name !== 'captions')).toHaveLength(7);
    // The captions of each of the three, in as many files.
    expect(await readdir(join(whole.folder, 'cache', 'captions'))).toHaveLength(3);

    const without = await experiment({data: {...tinyTextData, cache: false}, evaluate: undefined});
    await succeed('run', without.config);
    expect(await mergedHash(without.run)).toBe(await mergedHash(whole.run));
    expect(await readdir(without.folder)).not.toContain('cache');
  });

  it('is resumed to the same bytes, by the cache as far as it has come', async () => {
    const decouple = {ranges: 2, updates: 8, batch: 2, captionDropout: 0.5, logEvery: 1, checkpointEvery: 5};
    const changes = {decouple, merge: {weights: [0.5, 0.75]}, evaluate: undefined};
    const unbroken = await experiment(changes);
    await succeed('run', unbroken.config);
    const broken = await experiment(changes);
    let events = 0;
    const onStart = (child: {stdout: NodeJS.ReadableStream; kill(signal: 'SIGINT'): void}) =>
      child.stdout.on('data', (chunk: Buffer) => {
        if (chunk.toString().includes('"type":"step"') && events++ === 3) child.kill('SIGINT');
      });
    expect((await deme(['run', broken.config, '--json'], {onStart})).code).toBe(130);
    await succeed('resume', broken.run);
    expect(await mergedHash(broken.run)).toBe(await mergedHash(unbroken.run));
  });

  it('refuses to go on with another text encoder or autoencoder', async () => {
    const {folder, config, run} = await experiment({merge: {weights: [1, 1]}, evaluate: undefined});
    await succeed('finetune', config, '--range', '0');
    await appendFile(join(folder, 'base', 'tokenizer', 'merges.txt'), 'x y\n');
    const changed = await deme(['run', config, '--resume', run]);
    expect(changed.code).toBe(2);
    expect(changed.stderr).toContain('The tokenizer of the base changed since the run began.');
  });

  it('says which image has no caption, before anything is trained', async () => {
    const {folder, config} = await experiment({merge: undefined, evaluate: undefined});
    const bare = join(folder, 'images', '7.txt');
    await rm(bare);
    const {code, stderr} = await deme(['finetune', config, '--range', '0']);
    expect(code).toBe(2);
    expect(stderr).toContain('7.png: This image has no caption');
  });

  it('refuses a cache among the images, whose files would look like changes of them', async () => {
    const {config} = await experiment({data: {...tinyTextData, cache: {folder: 'images/cache'}}});
    const {code, stderr} = await deme(['run', config]);
    expect(code).toBe(2);
    expect(stderr).toContain('data.cache.folder lies in the folder of the images.');
  });
});
