import {spawn} from 'node:child_process';
import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {packageRoot} from '../../../trainer/packageRoot.ts';
import {finishedStages} from '../../../trainer/pipeline/graph/finishedStages.ts';
import {resolveConfig} from '../../../trainer/pipeline/owner/resolveConfig.ts';
import {watchInputs} from '../../../trainer/pipeline/stages/inputWatch.ts';
import type {StageContext} from '../../../trainer/pipeline/stages/stageContext.ts';
import {planStages} from '../../../trainer/pipeline/graph/stagePlan.ts';
import {fileExists} from '../../../trainer/store/files/fileExists.ts';

/** Four experts of the bundled digit model, trained as `npm run demo` does, in a run below `folder`; those of an earlier call are taken. */
export async function digitExperts(folder: string, engine: string): Promise<StageContext> {
  const config = join(folder, 'search.deme.yaml');
  await mkdir(folder, {recursive: true});
  await writeFile(config, await demoConfig());
  const resolved = await resolveConfig(config);
  const run = join(folder, 'runs', 'search-1');
  const experts = planStages(resolved.config).filter(({stage}) => stage.kind === 'expert');
  const done = await finishedStages(run, experts);
  if (done.size < experts.length) {
    const resume = (await fileExists(join(run, 'run.json'))) ? ['--resume', run] : [];
    await deme(['finetune', config, '--engine', engine, ...resume]);
  }
  return {
    run,
    resolved,
    stage: 'search',
    watch: await watchInputs(run, resolved),
    emit: () => undefined,
    nextAction: () => Promise.resolve('continue'),
  };
}

/** The experts of the demo, and nothing else of it. */
async function demoConfig(): Promise<string> {
  const media = join(packageRoot(), 'media', 'digits');
  const text = await readFile(join(media, 'demo.deme.yaml'), 'utf8');
  return text
    .replace(/^name: .*/m, 'name: search')
    .replace(/^base: .*/m, `base: ${join(media, 'base')}`)
    .replace(/^ordinary: true\n/m, '')
    .replace(/^evaluate:\n(?: .*\n)*/m, '')
    .replace(/^output: .*/m, 'output: runs')
    .replace(/^report: .*\n/m, '');
}

function deme(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [join(packageRoot(), 'dist', 'cli.js'), ...args], {stdio: 'inherit'});
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`deme ${args[0]} ended with ${code}`))));
  });
}
