import type * as z from 'zod';
import {CandidateRecord, CandidatesHead} from '../../../trainer/contract/run/candidateRecord.ts';
import {DigitClassifierRecipe} from '../../../trainer/contract/model/digitClassifier.ts';
import {BenchReport} from '../../../trainer/contract/engine/engineBench.ts';
import {EngineRecord, LibraryRecord, WheelRecord} from '../../../trainer/contract/engine/engineRecord.ts';
import {
  LossRecord,
  PlanRecord,
  ResolvedConfig,
  StageRecord,
  WeightsRecord,
} from '../../../trainer/contract/run/pipeline.ts';
import {DrawnScores} from '../../../trainer/contract/scores/sampleScores.ts';
import {
  CheckpointRecord,
  ControlRecord,
  MergeRecord,
  ModelRecord,
  RunRecord,
  StateRecord,
} from '../../../trainer/contract/run/records.ts';
import {MatrixResult} from '../../../trainer/contract/matrix/matrixResult.ts';
import {JobLine, LaunchRecord} from '../../../trainer/contract/launch/launchRecord.ts';
import {NodeReport} from '../../../trainer/contract/launch/nodeReport.ts';
import {QueueRecord} from '../../../trainer/contract/launch/seenJob.ts';
import {StageState} from '../../../trainer/contract/launch/stageState.ts';
import {Report} from '../../../trainer/contract/run/report.ts';
import {ActivationChange} from '../../../trainer/contract/run/measured/activationChange.ts';
import {GradientConflict} from '../../../trainer/contract/run/measured/gradientConflict.ts';
import {LossLandscape} from '../../../trainer/contract/run/measured/lossLandscape.ts';
import {LossPlane} from '../../../trainer/contract/run/measured/lossPlane.ts';
import {RunNotes} from '../../../trainer/contract/run/runNotes.ts';
import {AutoencoderConfig} from '../../../trainer/contract/model/autoencoderConfig.ts';
import {UNet2DConditionConfig} from '../../../trainer/contract/model/unet2dConditionConfig.ts';
import {ClipTextConfig} from '../../../trainer/contract/model/clipTextConfig.ts';
import {SchedulerConfig} from '../../../trainer/contract/model/schedulerConfig.ts';
import {knownActivations} from '../../helpers/measurements/knownActivations.ts';
import {knownConflict} from '../../helpers/measurements/knownConflict.ts';
import {knownLandscape} from '../../helpers/measurements/knownLandscape.ts';

const hash = 'a'.repeat(64);
const file = {path: 'a/b.so', size: 3, sha256: hash};
const engine = {name: 'wasm', version: '4.22.0', device: 'CPU', threads: 2};
const estimate = {mean: 0.5, standardError: 0.01};
const range = {range: [0, 500], ...estimate};
const heldOut = {perRange: [range], ...estimate, differenceToBase: estimate, perRangeDifference: [range]};
const candidate = {weights: [0.5, 0.5], loss: 0.1, origin: 'start'};
const search = {
  strategy: 'quadratic',
  best: candidate,
  candidates: [candidate],
  base: 0.2,
  ensemble: 0.1,
  groups: {groups: ['up'], loss: 0.1, rules: [{match: 'up', weights: [0.5, 1]}], candidates: [candidate]},
  confirmed: [{...candidate, kid: estimate, frechet: 3}],
  check: {images: 2, timestepsPerRange: 1, models: [{model: 'best', loss: estimate, differenceToBase: estimate}]},
};
const now = '2025-01-02T03:04:05.678Z';

/** Every record that is read from the disk, with a well-formed one. */
export const recordExamples: readonly {readonly schema: z.ZodType; readonly example: object}[] = [
  {schema: ModelRecord, example: {role: 'expert', base: hash, range: [0, 500], seed: 1, warnings: ['x']}},
  {
    schema: MergeRecord,
    example: {
      tool: 'deme 1',
      method: {kind: 'ties', density: 0.2, lambda: 1, mean: true},
      dtype: 'F16',
      rules: [{match: 'up_blocks.*', weights: [0.5, [0, 1]], tensors: 12}],
      base: {name: 'b', sha256: hash},
      experts: [{name: 'e', sha256: hash, weight: 0.5}],
      warnings: [],
    },
  },
  {schema: RunRecord, example: {id: 'a-1', name: 'a', tool: 'deme 1', created: now, config: 'a.deme.yaml', engine}},
  {
    schema: StateRecord,
    example: {
      state: 'running',
      pid: 7,
      started: 1e9,
      heartbeat: 1e9,
      stage: 'expert-0',
      progress: 0.5,
      error: {code: 'bug', message: 'm', stack: 's'},
    },
  },
  {schema: ControlRecord, example: {command: 'pause'}},
  {
    schema: LaunchRecord,
    example: {id: 'a'.repeat(12), submitted: now, launch: {options: {mem: '4G'}}, reuse: true, shared: {merge: '/a'}},
  },
  {schema: JobLine, example: {type: 'submitted', time: 1e12, name: 'deme-a-merge', id: '12'}},
  {
    schema: QueueRecord,
    example: {launch: 'a', looked: 1e9, jobs: [{id: '12_3', name: 'a', state: 'PENDING', reason: 'x', start: ''}]},
  },
  {schema: StageState, example: {state: 'running', pid: 7, started: 1e9, heartbeat: 1e9, progress: 0.5}},
  {
    schema: NodeReport,
    example: {
      ...{nonce: 'a', host: 'n1', node: 'v20.1.0', program: hash, time: 1e12, diskTime: 1e12, cores: 4, memory: null},
      ...{gpus: ['A'], engine: {...engine, reason: 'r'}, error: null, free: 1e9, cache: '/c'},
    },
  },
  {schema: CheckpointRecord, example: {update: 10, seed: 0, dataFingerprint: 'f', files: {'params.safetensors': hash}}},
  {
    schema: ResolvedConfig,
    example: {
      folder: '/a',
      baseFolder: null,
      config: {name: 'a', base: 'b', data: {kind: 'mnist'}, decouple: {ranges: 2}, merge: {}},
    },
  },
  {schema: PlanRecord, example: {stages: ['expert-0', 'merge']}},
  {schema: StageRecord, example: {stage: 'merge', seconds: 3, finished: now}},
  {schema: WeightsRecord, example: {weights: [0.5, 0.5], search}},
  {schema: CandidatesHead, example: {format: 1, key: hash}},
  {schema: CandidateRecord, example: {search: 'groups', weights: [0.5, -1], loss: null}},
  {
    schema: LossPlane,
    example: {
      format: 1,
      key: hash,
      experts: [0, 1],
      weights: [0.5, 0.5],
      axis: [0, 1],
      rows: [
        [0.1, null],
        [null, null],
      ],
      line: {scales: [0, 1], losses: [0.1, null]},
      done: 2,
      total: 6,
      recipe: {part: 'validation', images: 2, timestepsPerRange: 1, seed: 0, engine},
    },
  },
  {schema: GradientConflict, example: knownConflict()},
  {schema: ActivationChange, example: knownActivations()},
  {schema: LossLandscape, example: knownLandscape()},
  {schema: DrawnScores, example: {inceptionScore: {mean: 9.1, deviation: 0.1, splits: 10}}},
  {schema: LossRecord, example: {ranges: [[0, 500]], images: 2, timestepsPerRange: 1, values: [0.1, 0.2]}},
  {
    schema: Report,
    example: {
      heldOut: {base: heldOut},
      mergedToOrdinary: null,
      weights: [0.5],
      search,
      frechet: {base: 3},
      kid: {base: estimate},
      frechetSpread: {base: {standardError: 0.1, groups: 10, toBase: estimate}},
      frechetBySize: {base: [{images: 10, distance: 4}]},
      differing: [
        {models: ['base', 'merged'], network: 'd', compared: 1, images: [{index: 0, distance: 1}], picture: 'a.png'},
      ],
      engine,
      seconds: 9,
      stageSeconds: {merge: 3},
      recipe: {seeds: [1, {a: null}]},
    },
  },
  {schema: RunNotes, example: {tags: ['good'], note: 'n'}},
  {schema: AutoencoderConfig, example: {block_out_channels: [8, 8], scaling_factor: 0.18215, latents_mean: null}},
  {
    schema: UNet2DConditionConfig,
    example: {block_out_channels: [8, 8], attention_head_dim: [1, 2], upcast_attention: true},
  },
  {schema: ClipTextConfig, example: {hidden_size: 8, hidden_act: 'gelu', eos_token_id: 2, torch_dtype: 'float16'}},
  {schema: SchedulerConfig, example: {num_train_timesteps: 1000}},
  {
    schema: DigitClassifierRecipe,
    example: {
      name: 'n',
      note: 't',
      architecture: ['conv'],
      features: 8,
      training: {
        data: 'd',
        fingerprint: hash,
        images: 9,
        augmentation: 'none',
        seed: 0,
        epochs: 1,
        batch: 8,
        learningRate: 0.1,
        engine: 'wasm',
      },
      test: {images: 9, accuracy: 0.9},
      weightsHash: hash,
    },
  },
  {
    schema: BenchReport,
    example: {
      engines: [{engine: {...engine, reason: 'r'}, rows: [{task: 't', milliseconds: 2, runs: 3}]}],
      skipped: [{name: 'webgpu', reason: 'r'}],
    },
  },
  {
    schema: MatrixResult,
    example: {
      format: 1,
      name: 'digits',
      config: 'digits.deme.yaml',
      columns: ['N'],
      repeats: 2,
      output: '../.deme/runs',
      planned: [{labels: {N: '2'}, repeat: '0'}],
      current: {labels: {N: '2'}, repeat: '1', run: 'digits-2'},
      rows: [
        {
          labels: {N: '2'},
          runs: [{repeat: '0', run: 'digits-1', error: null}],
          scores: [{score: 'held-out loss', model: 'merged', mean: 1, standardError: null, values: [1]}],
        },
      ],
      verdicts: ['none'],
      trainings: {done: 1, takenOver: 1},
    },
  },
  {schema: EngineRecord, example: {engine: 'tensorflow', version: '2', variant: 'cpu', source: '4', addon: hash}},
  {schema: LibraryRecord, example: {libraries: ['a.so'], files: [file], wheels: [file]}},
  {schema: WheelRecord, example: {requirement: 'tensorflow', wheel: file}},
];
