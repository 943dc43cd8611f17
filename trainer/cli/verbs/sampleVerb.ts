import {Option, type Command} from 'commander';
import {precisions} from '../../contract/config/precision.ts';
import {samplers} from '../../contract/config/samplerName.ts';
import {action} from '../action.ts';
import {
  collect,
  count,
  engineOption,
  imageSize,
  number,
  predictionTypeOption,
  share,
  timestepRange,
  tokenizerOption,
  wholeNumber,
} from '../arguments.ts';
import {printResult, type ExitCode, type OutputOptions} from '../outcome.ts';
import {rateProgress} from '../view/rateProgress.ts';
import type {SampleRequest} from './sampleModel.ts';

export function addSampleVerb(deme: Command): void {
  const command = deme
    .command('sample')
    .description('draw images from a model')
    .requiredOption('--model <path>', 'diffusers folder or single-file checkpoint')
    .option('--expert <path>', 'expert of it that answers in its timesteps; once for each', collect(String))
    .option('--range <low,high>', 'timesteps of an expert; once for each, in the same order', collect(timestepRange))
    .option('--out <file>', 'PNG with a grid of the images, a row for each prompt')
    .option('--overwrite', 'replace files that are no PNG, too')
    .option('--images <folder>', 'write each image as a PNG into this folder as soon as it is drawn')
    .option('--shards <number>', 'share the images among so many calls, which change nothing about them', count)
    .option('--shard <number>', 'the part of this call, counted from 0', wholeNumber)
    .option('--resume', 'draw only images that the folder lacks, for calls that all have it')
    .option('--prompt <text>', 'what to draw; may be repeated', collect(String))
    .option('--prompts <file>', 'a prompt in each line, a .json list of them, or a .csv, .tsv or .jsonl table')
    .option('--column <name>', 'column of the prompts in a table')
    .option('--negative <text>', 'what to keep away from; once for all prompts, or once for each', collect(String))
    .option('--guidance <number>', 'how far past the prediction with the prompt; left out: 7.5', number)
    .option('--guidance-rescale <number>', 'how much of the contrast that guidance adds is taken back', share)
    .addOption(tokenizerOption())
    .option('--count <number>', 'images, of each prompt; left out: 1 of each prompt, 16 without prompts', count)
    .option('--size <HxW>', "height and width in pixels, such as 512x768; left out: the model's", imageSize)
    .option('--height <number>', 'height in pixels', count)
    .option('--width <number>', 'width in pixels', count)
    .option('--latents <file>', 'safetensors file with what the images start from')
    .option('--latents-key <key>', 'name of the start [N,c,h,w] in it; left out: latents')
    .option('--save-latents <file>', 'safetensors file for what the network drew, as the tensor latents')
    .option('--every-step', 'keep it after every call of the network there, [S,N,c,h,w]')
    .addOption(
      new Option('--sampler <name>', "how they are drawn; left out: by the model's scheduler").choices(samplers),
    )
    .option('--karras', 'noise levels of Karras et al. (euler, heun, dpmpp-2m, unipc)')
    .option('--set <key=value>', 'a setting of the sampler, by its name in diffusers; may be repeated', collect(String))
    .option('--steps <number>', 'calls of the network for an image', count, 50)
    .option('--eta <number>', 'noise of DDIM: 0 none, 1 as much as DDPM', share, 0)
    .option('--seed <number>', 'seed of the noise', wholeNumber, 0)
    .addOption(
      new Option('--seed-like <program>', 'whose noise a seed gives: a pipeline of diffusers on the CPU').choices([
        'torch',
      ]),
    )
    .option('--batch <number>', 'images at once', count, 16)
    .addOption(
      new Option(
        '--precision <name>',
        'number format of convolutions and products (tensorflow); left out: f32',
      ).choices(precisions),
    )
    .addOption(predictionTypeOption())
    .addOption(engineOption());
  action(command, sample);
}

async function sample(options: SampleRequest & OutputOptions): Promise<ExitCode> {
  // Loaded here, as the tensor library takes longer to load than most verbs take to run.
  const {sampleModel} = await import('./sampleModel.ts');
  const progress = rateProgress(options, 'images');
  const onProgress = (done: number, total: number) => progress.show(done, total);
  const result = await sampleModel(options, onProgress).finally(() => progress.end());
  const {engine, out, images, latents, recipe} = result;
  printResult(options, result, [
    engine.reason,
    `${recipe.count} images, ${recipe.sampler}, ${recipe.steps} steps, seed ${recipe.seed}${out === null ? '' : `: ${out}`}`,
    ...(images === null ? [] : [`Single images: ${images}`]),
    ...(latents === null ? [] : [`Latents: ${latents}`]),
  ]);
  return 0;
}
