import {measurementKinds, type MeasurementName} from '../trainer/contract/measurements/measurementKinds.ts';
import type {MeasurementRequest} from '../trainer/contract/measurements/measurementRequest.ts';
import type {Panel} from './panel.ts';

/** The result of a measurement. */
export type ResultOf<Name extends MeasurementName> = ReturnType<(typeof measurementKinds)[Name]['result']['parse']>;

/** What the run folder keeps of a measurement. */
export interface KeptResults<Result> {
  readonly results: readonly {readonly result: Result; readonly isStale: boolean}[];
  /** One message for each result that could not be read. */
  readonly problems: readonly string[];
}

/** Asks for the results of a measurement of a run; with a request it is made first. Null after an error, which the page then shows. */
export async function askMeasured<Name extends MeasurementName>(
  panel: Panel,
  name: Name,
  {run, request, doing}: {readonly run: string; readonly request: MeasurementRequest | null; readonly doing: string},
): Promise<KeptResults<ResultOf<Name>> | null> {
  const reply = await panel.request({kind: 'measure', name, run, request}, doing);
  if (reply?.kind !== 'measured') return null;
  const parse = (result: unknown) => measurementKinds[name].result.parse(result) as ResultOf<Name>;
  const results = reply.results.map(({result, isStale}) => ({result: parse(result), isStale}));
  return {results, problems: reply.problems};
}
