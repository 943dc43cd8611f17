import {SchedulerConfig} from '../../trainer/contract/model/schedulerConfig.ts';
import {createDenoiser} from '../../trainer/models/architectures.ts';
import {writeModelFolder} from '../../trainer/store/weights/modelFolder.ts';
import {elementCount} from '../../trainer/store/weights/tensorReader.ts';
import {requireModel} from './models.ts';
import {randomTensors} from './randomTensors.ts';

/** `makeModel.js FOLDER NAME`: writes a model of `models.ts` with random weights. A process of its own, since its memory stays taken. */
const [folder = '', name = ''] = process.argv.slice(2);

const {unetConfig, parameters} = requireModel(name);
const tensors = randomTensors(createDenoiser(unetConfig).shapes);
const count = tensors.reduce((sum, {shape}) => sum + elementCount(shape), 0);
if (count !== parameters) throw new Error(`${name} has ${count} parameters, not ${parameters}`);
await writeModelFolder(folder, {
  unetConfig,
  // With these the images depend on every prediction in full, which makes them a sharp check of the sampling.
  schedulerConfig: SchedulerConfig.parse({timestep_spacing: 'trailing', clip_sample: false}),
  tensors,
  record: {format: 1, role: 'base', projection: 'off'},
});
