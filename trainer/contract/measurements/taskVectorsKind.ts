import * as z from 'zod';
import {runExperts} from '../run/pipeline.ts';
import {TaskAnalysis} from '../run/measured/taskAnalysis.ts';
import type {MeasurementKind} from './measurementKind.ts';

export const TaskVectorsRequest = z.strictObject({});
export type TaskVectorsRequest = z.infer<typeof TaskVectorsRequest>;

/** What the experts have changed of their base, where, and how alike they are. */
export const taskVectorsKind: MeasurementKind<TaskVectorsRequest, TaskAnalysis> = {
  title: 'Task vectors',
  request: TaskVectorsRequest,
  result: TaskAnalysis,
  file: () => 'taskVectors.json',
  files: {folder: '', name: /^taskVectors\.json$/},
  choices: (config) => (runExperts(config) === 0 ? [] : [{label: 'Task vectors of the experts', request: {}}]),
};
