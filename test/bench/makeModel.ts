import {SchedulerConfig} from '../../trainer/contract/model/schedulerConfig.ts';
import {startEngine} from '../../trainer/engine/startEngine.ts';
import {initialiseParams} from '../../trainer/models/initialise.ts';
import {savePretrained} from '../../trainer/models/pretrained.ts';
import {countParams} from '../../trainer/nn/params.ts';
import {requireModel} from './models.ts';

/** `makeModel.js FOLDER NAME`: writes a model of `models.ts` with random weights. A process of its own, since its memory stays taken. */
const [folder = '', name = ''] = process.argv.slice(2);

await startEngine({name: 'wasm'});
const {unetConfig, parameters} = requireModel(name);
const params = initialiseParams(unetConfig, 0);
if (countParams(params) !== parameters)
  throw new Error(`${name} has ${countParams(params)} parameters, not ${parameters}`);
await savePretrained(folder, {
  unetConfig,
  // With these the images depend on every prediction in full, which makes them a sharp check of the sampling.
  schedulerConfig: SchedulerConfig.parse({timestep_spacing: 'trailing', clip_sample: false}),
  params,
  record: {format: 1, role: 'base', projection: 'off'},
  dtype: 'F32',
});
process.exit(0);
