import {InvalidArgumentError, Option, type Command} from 'commander';
import {
  featureNetworkNames,
  inceptionDimensions,
  inceptionResizes,
  type FeatureNetworkName,
} from '../../../contract/model/featureNetwork.ts';
import {action} from '../../action.ts';
import {collect, count, engineOption, wholeNumber} from '../../arguments.ts';
import {printResult, type ExitCode, type OutputOptions} from '../../outcome.ts';
import {stoppable} from '../../stoppable.ts';
import {warn} from '../../terminal.ts';
import {rateProgress} from '../../view/rateProgress.ts';
import {scoreLines} from '../../view/scoreTable.ts';
import type {ScoreRequest} from './scoreImages.ts';

export function addScoreVerb(deme: Command): void {
  const command = deme
    .command('score')
    .description('scores of images against others: FID, KID, inception score, precision and recall, CMMD, CLIP score')
    .requiredOption(
      '--images <path>',
      'folder, tar or parquet file of images, features (.safetensors) or statistics (.npz)',
    )
    .option('--reference <path>', 'the same of what they are compared with')
    .option('--features <names>', `networks, with commas: ${featureNetworkNames.join(', ')}`, networkNames, [
      'inception',
    ])
    .option('--weights <file>', 'weights of the networks in order, or NAME=FILE (those in the cache)', collect(String))
    .option('--config <file>', "JSON of CLIP's heads and activation (that beside the weights)")
    .option('--tokenizer <folder>', "CLIP's tokenizer (that beside the weights)")
    .addOption(new Option('--resize <tool>', 'whose resizing Inception sees').choices(inceptionResizes))
    .option(
      '--dimension <number>',
      `where Inception's features are taken: ${inceptionDimensions.join(', ')}`,
      dimension,
      2048,
    )
    .option(
      '--captions [file]',
      'CLIP score with the captions that lie with the images, or of a .txt, .json, .csv or .jsonl',
    )
    .option('--column <name>', 'column of the captions')
    .option('--image-column <name>', 'column of the images in parquet files', 'image')
    .option('--save-features <file>', 'safetensors file for the features of the images')
    .option('--save-statistics <file>', 'npz file for their mean and covariance, as pytorch-fid writes it')
    .option('--kid-subsets <number>', 'subsets of KID', count, 100)
    .option('--kid-subset-size <number>', 'images in each (1000, or as many as there are)', count)
    .option('--splits <number>', 'splits of the inception score', count, 10)
    .option('--neighbours <number>', 'neighbours of precision and recall', count, 3)
    .option('--bootstrap <number>', 'draws for an interval of the Fréchet distance', wholeNumber, 0)
    .option('--sizes <numbers>', 'also the Fréchet distance of so many of the images, as 1000,5000', sizes)
    .addOption(engineOption());
  action(command, score);
}

async function score(options: ScoreRequest & OutputOptions): Promise<ExitCode> {
  const {scoreImages} = await import('./scoreImages.ts');
  const progress = rateProgress(options, 'images');
  const result = await stoppable('Scoring was stopped.', (signal) =>
    scoreImages(options, {signal, onNote: warn, onProgress: (done, total) => progress.show(done, total)}),
  ).finally(() => progress.end());
  printResult(options, result, scoreLines(result));
  return 0;
}

function networkNames(text: string): FeatureNetworkName[] {
  return text.split(',').map((part) => {
    const name = featureNetworkNames.find((known) => known === part.trim());
    if (name === undefined) throw new InvalidArgumentError(`Give some of ${featureNetworkNames.join(', ')}.`);
    return name;
  });
}

function dimension(text: string): number {
  const found = inceptionDimensions.find((known) => String(known) === text);
  if (found === undefined) throw new InvalidArgumentError(`Give one of ${inceptionDimensions.join(', ')}.`);
  return found;
}

function sizes(text: string): number[] {
  return text.split(',').map(count);
}
