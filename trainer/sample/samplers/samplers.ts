import {samplerSchedulers, type SamplerName} from '../../contract/config/samplerName.ts';
import type {SchedulerClass} from '../../contract/model/schedulerSettings.ts';
import type {NoiseSchedule} from '../../schedulers/schedule.ts';
import {ddim} from './ddim.ts';
import {ddpm} from './ddpm.ts';
import {dpmSolver} from './dpmSolver.ts';
import {euler, eulerAncestral, heun} from './euler.ts';
import {pndm} from './pndm.ts';
import type {Sampler} from './sampler.ts';
import {uniPc} from './uniPc.ts';

/** How each sampler draws, and the scheduler of diffusers whose defaults it takes for what a model's config leaves out. */
export const samplerTable: Readonly<Record<SamplerName, {draw: Sampler; scheduler: SchedulerClass}>> = {
  ddim: {draw: ddim, scheduler: samplerSchedulers.ddim},
  ddpm: {draw: ddpm, scheduler: samplerSchedulers.ddpm},
  pndm: {draw: pndm, scheduler: samplerSchedulers.pndm},
  euler: {draw: euler, scheduler: samplerSchedulers.euler},
  'euler-ancestral': {draw: eulerAncestral, scheduler: samplerSchedulers['euler-ancestral']},
  heun: {draw: heun, scheduler: samplerSchedulers.heun},
  'dpmpp-2m': {draw: dpmSolver, scheduler: samplerSchedulers['dpmpp-2m']},
  unipc: {draw: uniPc, scheduler: samplerSchedulers.unipc},
};

/** The sampler of a model's own scheduler. A model with DDPM's draws by DDIM, which needs a tenth of the steps. */
export function defaultSampler({config}: NoiseSchedule): SamplerName {
  const names = Object.keys(samplerTable) as SamplerName[];
  const own = names.find((name) => samplerTable[name].scheduler === config._class_name);
  return own === undefined || own === 'ddpm' ? 'ddim' : own;
}
