import type {Command} from 'commander';
import {action} from '../../action.ts';
import {engineOption, predictionTypeOption} from '../../arguments.ts';
import {printResult, type ExitCode, type OutputOptions} from '../../outcome.ts';
import type {PredictRequest} from './predictArrays.ts';

export function addPredictVerb(deme: Command): void {
  const command = deme
    .command('predict')
    .description('one forward pass on given arrays, to compare a model with diffusers')
    .requiredOption('--model <path>', 'diffusers folder or single-file checkpoint')
    .requiredOption('--arrays <file>', 'safetensors file with the inputs')
    .requiredOption('--sample <key>', 'name of the noisy images [N,C,H,W] in it')
    .requiredOption('--timesteps <key>', 'name of the timesteps [N] in it')
    .option(
      '--context <key>',
      'name of the hidden states of a text encoder [N,T,C] in it, for networks that take a text',
    )
    .requiredOption('--out <file>', 'safetensors file for the prediction, as the tensor output [N,C,H,W]')
    .option('--overwrite', 'replace a file that is no earlier prediction, too')
    .addOption(predictionTypeOption())
    .addOption(engineOption());
  action(command, predict);
}

async function predict(options: PredictRequest & OutputOptions): Promise<ExitCode> {
  const {predictArrays} = await import('./predictArrays.ts');
  const result = await predictArrays(options);
  const {engine, out, shape} = result;
  printResult(options, result, [engine.reason, `output [${shape.join(', ')}]: ${out}`]);
  return 0;
}
