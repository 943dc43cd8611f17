import type {Command} from 'commander';
import {action} from '../../action.ts';
import {count, engineOption, tokenizerOption, wholeNumber} from '../../arguments.ts';
import {printResult, type ExitCode, type OutputOptions} from '../../outcome.ts';
import type {EncodeRequest} from './encodeArrays.ts';

export function addEncodeVerb(deme: Command): void {
  const command = deme
    .command('encode')
    .description('texts to the states of the text encoder, images to latents')
    .requiredOption('--model <path>', 'pipeline folder or single-file checkpoint')
    .addOption(tokenizerOption())
    .option('--text <file>', 'a text in each line, or a .json file with a list of texts')
    .option('--pictures <path>', 'folder with pictures of one size, or one picture')
    .option('--arrays <file>', 'safetensors file with images or noise')
    .option('--images <key>', 'name of the images [N,C,H,W] in it: bytes, or numbers in [-1, 1]')
    .option('--noise <key>', 'name of the noise [N,c,h,w] in it that the latents are drawn with')
    .requiredOption('--out <file>', 'safetensors file for ids and context, or mean, logvar and latents')
    .option('--overwrite', 'replace a file that is no earlier result, too')
    .option('--clip-skip <number>', 'layers of the text encoder that are left out at its end', wholeNumber, 0)
    .option('--batch <number>', 'texts or images at once', count, 4)
    .option('--seed <number>', 'seed of the noise where none is given', wholeNumber, 0)
    .addOption(engineOption());
  action(command, encode);
}

async function encode(options: EncodeRequest & OutputOptions): Promise<ExitCode> {
  const {encodeArrays} = await import('./encodeArrays.ts');
  const result = await encodeArrays(options);
  const shapes = Object.entries(result.shapes).map(([name, shape]) => `${name} [${shape.join(', ')}]`);
  printResult(options, result, [result.engine.reason, `${shapes.join(', ')}: ${result.out}`]);
  return 0;
}
