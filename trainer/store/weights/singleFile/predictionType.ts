import {UserError} from '../../../contract/errors.ts';
import type {OriginalParams} from '../../../contract/model/originalConfig.ts';
import {predictionTypeNamed, type PredictionType} from '../../../contract/model/predictionType.ts';

/** Keys under which other programs keep the prediction type in the metadata of a safetensors file. */
const metadataKeys = ['modelspec.prediction_type', 'modelspec.predict_key'];

/** The metadata that say a prediction type to other programs. */
export function predictionMetadata(type: string): Record<string, string> {
  const [specKey = '', predictKey = ''] = metadataKeys;
  const short = type === 'v_prediction' ? 'v' : type;
  return {[specKey]: short, [predictKey]: short};
}

/** What the config beside a checkpoint, else its metadata, say that it predicts; undefined where they say nothing. */
export function recordedPredictionType(
  {parameterization}: OriginalParams,
  metadata: ReadonlyMap<string, string>,
): PredictionType | undefined {
  if (parameterization !== undefined) return predictionTypeNamed(parameterization);
  return metadataKeys.map((key) => predictionTypeNamed(metadata.get(key) ?? '')).find((type) => type !== undefined);
}

/** Of a checkpoint of Stable Diffusion 2 at `where`, about which nothing says it. */
export function predictionTypeUnknown(where: string, sidecar: string): UserError {
  const message =
    'Nothing says whether this checkpoint of Stable Diffusion 2 predicts noise or velocity, and its weights do not show it.';
  return new UserError('prediction-type-unknown', message, {
    where,
    hint: `Put the config that it was published with beside it as ${sidecar} (model: {params: {parameterization: v}}, or eps), or give --prediction-type v_prediction or epsilon.`,
  });
}
