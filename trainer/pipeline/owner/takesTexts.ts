import type {DemeConfig} from '../../contract/config/config.ts';
import {nullForUserError} from '../../contract/errors.ts';
import {resolveBase} from '../../store/hub/hubFetch.ts';
import {hasTextEncoder} from '../../store/weights/hasTextEncoder.ts';

/** Whether the model that a config trains or measures is conditioned on text. A base that cannot be read is left to what reports it. */
export async function takesTexts({base, pretrain}: DemeConfig, folder: string): Promise<boolean> {
  if (base === undefined) return pretrain?.text !== undefined;
  const path = await resolveBase(base, folder).catch(nullForUserError);
  return path !== null && (await hasTextEncoder(path).catch(nullForUserError)) === true;
}
