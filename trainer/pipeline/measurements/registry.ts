import type {MeasurementKind} from '../../contract/measurements/measurementKind.ts';
import {measurementKinds, type MeasurementName} from '../../contract/measurements/measurementKinds.ts';
import {activationChangeCsv} from '../../contract/run/measured/activationChangeCsv.ts';
import {gradientConflictCsv} from '../../contract/run/measured/gradientConflictCsv.ts';
import {lossLandscapeCsv} from '../../contract/run/measured/lossLandscapeCsv.ts';
import {lowestCell, type LossPlane} from '../../contract/run/measured/lossPlane.ts';
import {lossPlaneCsv} from '../../contract/run/measured/lossPlaneCsv.ts';
import {mergeBoundCsv} from '../../contract/run/measured/mergeBoundCsv.ts';
import {taskAnalysisCsv} from '../../contract/run/measured/taskAnalysisCsv.ts';
import {activationChangeLines} from './activationChangeLines.ts';
import {gradientConflictLines} from './gradientConflictLines.ts';
import {lossLandscapeLines} from './lossLandscapeLines.ts';
import type {Measurement} from './measurement.ts';
import {mergeBoundLines} from './mergeBoundLines.ts';
import {taskVectorLines} from './taskVectorLines.ts';
import {openTaskVectors, taskVectorsKey} from './taskVectors.ts';

type MeasurementOf<Kind> =
  Kind extends MeasurementKind<infer Request, infer Result> ? Measurement<Request, Result> : never;

/** All measurements by name. Code that needs the tensor library is loaded on opening. */
export const measurements: {readonly [Name in MeasurementName]: MeasurementOf<(typeof measurementKinds)[Name]>} = {
  'task-vectors': {
    ...measurementKinds['task-vectors'],
    about: 'what the experts have changed of their base: norms, cosines, signs, distributions',
    needsEngine: false,
    open: openTaskVectors,
    keyOf: taskVectorsKey,
    lines: taskVectorLines,
    csv: taskAnalysisCsv,
    csvHeader: /^scope,name,measure,expert,other,value\n/,
  },
  'loss-plane': {
    ...measurementKinds['loss-plane'],
    about: 'the loss over the weights of two experts, and from the base through the merge',
    needsEngine: true,
    open: async (run, request) => (await import('./lossPlane.ts')).openLossPlane(run, request),
    keyOf: ({key}) => key,
    lines: (plane) => [lowestText(plane)],
    csv: lossPlaneCsv,
    csvHeader: /^weight_\d+,weight_\d+,scale,loss\n/,
  },
  'gradient-conflict': {
    ...measurementKinds['gradient-conflict'],
    about: 'how much timesteps pull the weights against each other: cosines of their gradients; proposes ranges',
    needsEngine: true,
    needsNoRun: true,
    open: async (run, request) => (await import('./gradientConflict.ts')).openGradientConflict(run, request),
    keyOf: ({key}) => key,
    lines: gradientConflictLines,
    csv: gradientConflictCsv,
    csvHeader: /^part,timestep,other,cosine\n/,
  },
  'activation-change': {
    ...measurementKinds['activation-change'],
    about: 'how a finetune changes the feature maps of its base, along channels and along space',
    needsEngine: true,
    open: async (run, request) => (await import('./activationChange.ts')).openActivationChange(run, request),
    keyOf: ({key}) => key,
    lines: activationChangeLines,
    csv: activationChangeCsv,
    csvHeader: /^site,axis,measure,timestep,low,high,value\n/,
  },
  'loss-landscape': {
    ...measurementKinds['loss-landscape'],
    about: 'the loss around a model by timestep range: how sharply it rises from there',
    needsEngine: true,
    needsNoRun: true,
    open: async (run, request) => (await import('./lossLandscape.ts')).openLossLandscape(run, request),
    keyOf: ({key}) => key,
    lines: lossLandscapeLines,
    csv: lossLandscapeCsv,
    csvHeader: /^a,b,low,high,loss\n/,
  },
  'merge-bound': {
    ...measurementKinds['merge-bound'],
    about: 'the least held-out loss that weights for each expert and tensor reach, and what a merge could gain by them',
    needsEngine: true,
    open: async (run, request) => (await import('./mergeBound.ts')).openMergeBound(run, request),
    keyOf: ({key}) => key,
    lines: mergeBoundLines,
    csv: mergeBoundCsv,
    csvHeader: /^measure,name,expert,value\n/,
  },
};

/** Measurements by name, as the command line takes them. */
export type Measurements = Readonly<Record<string, Measurement>>;

function lowestText(plane: LossPlane): string {
  const lowest = lowestCell(plane);
  if (lowest === null) return 'None of the losses is a finite number.';
  const [x, y] = plane.experts;
  return `Lowest loss ${lowest.loss.toPrecision(5)} where expert ${x} has the weight ${plane.axis[lowest.column]}, expert ${y} ${plane.axis[lowest.row]}.`;
}
