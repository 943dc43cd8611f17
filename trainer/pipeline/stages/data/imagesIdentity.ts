import {jointStamp} from '../../graph/stageFacts.ts';
import {dataSettings} from '../../graph/trainingInputs.ts';
import type {StageContext} from '../stageContext.ts';

/** What tells the images of a run from others, for keys of results; undefined without data. */
export function imagesIdentity({resolved, watch}: Pick<StageContext, 'resolved' | 'watch'>): object | undefined {
  const {data} = resolved.config;
  return data && {...dataSettings(data), stamp: jointStamp(watch.begun.data)};
}
