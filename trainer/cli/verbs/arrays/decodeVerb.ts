import type {Command} from 'commander';
import {action} from '../../action.ts';
import {count, engineOption} from '../../arguments.ts';
import {printResult, type ExitCode, type OutputOptions} from '../../outcome.ts';
import type {DecodeRequest} from './decodeArrays.ts';

export function addDecodeVerb(deme: Command): void {
  const command = deme
    .command('decode')
    .description('latents to images')
    .requiredOption('--model <path>', 'pipeline folder or single-file checkpoint')
    .requiredOption('--latents <file>', 'safetensors file with the latents')
    .requiredOption('--latents-key <key>', 'name of the latents [N,c,h,w] in it, scaled as networks see them')
    .requiredOption('--out <file>', 'safetensors file for the images [N,C,H,W], about -1 to 1, as the tensor image')
    .option('--pictures <folder>', 'also write each image as a PNG into this folder')
    .option('--overwrite', 'replace a file that is no earlier result, too')
    .option('--batch <number>', 'images at once', count, 1)
    .addOption(engineOption());
  action(command, decode);
}

async function decode(options: DecodeRequest & OutputOptions): Promise<ExitCode> {
  const {decodeArrays} = await import('./decodeArrays.ts');
  const result = await decodeArrays(options);
  printResult(options, result, [
    result.engine.reason,
    `image [${result.shape.join(', ')}]: ${result.out}`,
    ...(result.pictures === null ? [] : [`Pictures: ${result.pictures}`]),
  ]);
  return 0;
}
