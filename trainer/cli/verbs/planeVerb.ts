import type {Command} from 'commander';
import type {EngineChoice} from '../../contract/config/config.ts';
import {lowestCell, type LossPlane} from '../../contract/run/lossPlane.ts';
import {readResolved} from '../../pipeline/owner/work.ts';
import {action} from '../action.ts';
import {count, engineOption, expertPair, numberList} from '../arguments.ts';
import {defaultOutput, findRun} from '../findRun.ts';
import {printResult, type ExitCode, type OutputOptions} from '../outcome.ts';
import {verbProgress} from '../view/verbProgress.ts';

interface PlaneOptions extends OutputOptions {
  experts: readonly [number, number];
  weights?: readonly number[];
  images: number;
  timesteps: number;
  engine?: EngineChoice;
  output: string;
}

export function addPlaneVerb(deme: Command): void {
  const command = deme
    .command('plane <run>')
    .description('measure the loss over the weights of two experts of a run; goes on where it was interrupted')
    .option('--experts <i,j>', 'the experts of the two axes, counted from 0', expertPair, [0, 1])
    .option('--weights <list>', 'what the other experts are held at (those of the run)', numberList)
    .option('--images <number>', 'validation images', count, 32)
    .option('--timesteps <number>', 'timesteps for each image and range', count, 1)
    .option('--output <folder>', 'folder of the runs, for a run given by its name', defaultOutput)
    .addOption(engineOption());
  action(command, plane);
}

async function plane(text: string, options: PlaneOptions): Promise<ExitCode> {
  const run = await findRun(text, options.output);
  const resolved = await readResolved(run);
  // Loaded here, as the tensor library takes longer to load than most verbs take to run.
  const [{startEngine}, {measurePlane}] = await Promise.all([
    import('../../engine/startEngine.ts'),
    import('../../pipeline/measurements/measurePlane.ts'),
  ]);
  const {experts, weights, images, timesteps} = options;
  const progress = verbProgress(options, 'loss plane');
  const warnings: string[] = [];
  const hooks = {
    onProgress: (done: number, total: number) => progress.show(done, total),
    onWarning: (message: string) => void warnings.push(message),
  };
  const engine = await startEngine({...resolved.config.engine, name: options.engine ?? 'auto'});
  const request = {run, resolved, experts, weights, images, timesteps};
  const result = await measurePlane(request, engine, hooks).finally(() => progress.end());
  printResult(options, result, [
    ...warnings.map((warning) => `warning: ${warning}`),
    engine.reason,
    lowestText(result.plane),
    result.file,
  ]);
  return 0;
}

function lowestText(plane: LossPlane): string {
  const lowest = lowestCell(plane);
  if (lowest === null) return 'No loss is a finite number.';
  const {
    axis,
    experts: [x, y],
  } = plane;
  return `Lowest loss ${lowest.loss.toPrecision(5)} where expert ${x} has the weight ${axis[lowest.column]}, expert ${y} ${axis[lowest.row]}.`;
}
