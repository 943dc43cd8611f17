import {activationChangeKind} from './activationChangeKind.ts';
import {gradientConflictKind} from './gradientConflictKind.ts';
import {lossLandscapeKind} from './lossLandscapeKind.ts';
import {lossPlaneKind} from './lossPlaneKind.ts';
import {mergeBoundKind} from './mergeBoundKind.ts';
import type {MeasurementKind} from './measurementKind.ts';
import {taskVectorsKind} from './taskVectorsKind.ts';

/** All measurements, by the name that `deme measure` takes. */
export const measurementKinds = {
  'task-vectors': taskVectorsKind,
  'loss-plane': lossPlaneKind,
  'gradient-conflict': gradientConflictKind,
  'activation-change': activationChangeKind,
  'loss-landscape': lossLandscapeKind,
  'merge-bound': mergeBoundKind,
} as const;

export type MeasurementName = keyof typeof measurementKinds;

export type MeasurementKinds = Readonly<Record<string, MeasurementKind>>;
