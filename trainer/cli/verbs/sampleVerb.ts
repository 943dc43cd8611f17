import {Option, type Command} from 'commander';
import {samplers} from '../../contract/config/samplerName.ts';
import {action} from '../action.ts';
import {collect, count, engineOption, predictionTypeOption, share, wholeNumber} from '../arguments.ts';
import {printResult, type ExitCode, type OutputOptions} from '../outcome.ts';
import {verbProgress} from '../view/verbProgress.ts';
import type {SampleRequest} from './sampleModel.ts';

export function addSampleVerb(deme: Command): void {
  const command = deme
    .command('sample')
    .description('draw images from a model')
    .requiredOption('--model <path>', 'diffusers folder or single-file checkpoint')
    .requiredOption('--out <file>', 'PNG with a grid of the images')
    .option('--overwrite', 'replace files that are no PNG, too')
    .option('--images <folder>', 'also write each image as a PNG into this folder')
    .option('--count <number>', 'images', count, 16)
    .addOption(
      new Option('--sampler <name>', "how they are drawn; left out: by the model's scheduler").choices(samplers),
    )
    .option('--karras', 'noise levels of Karras et al. (euler, heun, dpmpp-2m, unipc)')
    .option('--set <key=value>', 'a setting of the sampler, by its name in diffusers; may be repeated', collect(String))
    .option('--steps <number>', 'calls of the network for an image', count, 50)
    .option('--eta <number>', 'noise of DDIM: 0 none, 1 as much as DDPM', share, 0)
    .option('--seed <number>', 'seed of the noise', wholeNumber, 0)
    .option('--batch <number>', 'images at once', count, 16)
    .addOption(predictionTypeOption())
    .addOption(engineOption());
  action(command, sample);
}

async function sample(options: SampleRequest & OutputOptions): Promise<ExitCode> {
  // Loaded here, as the tensor library takes longer to load than most verbs take to run.
  const {sampleModel} = await import('./sampleModel.ts');
  const progress = verbProgress(options, 'sampling');
  const onProgress = (done: number, total: number) => progress.show(done, total);
  const result = await sampleModel(options, onProgress).finally(() => progress.end());
  const {engine, out, images, recipe} = result;
  printResult(options, result, [
    engine.reason,
    `${recipe.count} images, ${recipe.sampler}, ${recipe.steps} steps, seed ${recipe.seed}: ${out}`,
    ...(images === null ? [] : [`Single images: ${images}`]),
  ]);
  return 0;
}
