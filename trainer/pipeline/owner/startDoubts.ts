import type {DemeConfig} from '../../contract/config/config.ts';
import type {DataConfig} from '../../contract/config/dataConfig.ts';
import {settingName} from '../../contract/config/configIssue.ts';
import {UserError} from '../../contract/errors.ts';
import type {ResolvedConfig} from '../../contract/run/pipeline.ts';
import {mirroredDoubt, surveyCaptions} from '../../data/captions/captionSurvey.ts';
import {captionMissing} from '../../data/captions/drawCaption.ts';
import type {Datasets} from '../../data/dataset.ts';
import {openData} from '../../data/openData.ts';
import {textProblems} from '../../store/hub/textProblems.ts';
import {measuringProblems} from './measuringProblems.ts';
import {missingExperts, missingStarts} from './resolveConfig.ts';
import {takesTexts} from './takesTexts.ts';

/**
 * What a run of a valid config would refuse, at its start or hours later, and what its user may not expect: experts, images and captions that are
 * not there, and settings that the base model has no use for. They are doubts, as a config may be checked elsewhere than where it runs.
 */
export async function startDoubts(config: DemeConfig, folder: string): Promise<string[]> {
  const experts = [...(await missingExperts(config, folder)), ...(await missingStarts(config, folder))];
  const measuring = await measuringProblems(config, folder);
  const texts = await textProblems(config, folder);
  return [
    ...experts.map(({line}) => line),
    ...measuring.map(({line}) => line),
    ...texts.map(({path, error}) => (path[0] === 'base' ? error.line : `${settingName(path)}: ${error.line}`)),
    ...(config.data === undefined ? [] : await dataDoubts(config, config.data, folder)),
  ];
}

async function dataDoubts(config: DemeConfig, data: DataConfig, folder: string): Promise<string[]> {
  try {
    const parts = await openData(data, folder, () => undefined);
    return (await takesTexts(config, folder)) ? await captionDoubts(data, parts) : [];
  } catch (error) {
    return [lineOf(error)];
  }
}

/** All captions are read: a run of days may end at the last one. */
async function captionDoubts(data: DataConfig, {train, validation, test}: Datasets): Promise<string[]> {
  const settings = 'captions' in data ? data.captions : undefined;
  const mayLack = settings !== undefined && 'missing' in settings && settings.missing === 'empty';
  const trained = await surveyCaptions(train);
  const lacking = trained.lacking.map((index) => captionMissing(train, index));
  for (const part of [validation, test])
    lacking.push(...(await surveyCaptions(part)).lacking.map((index) => captionMissing(part, index)));
  const others = lacking.length > 1 ? ` Captions are missing for ${lacking.length} images.` : '';
  const mirrored = data.flip ? mirroredDoubt(trained, train.size) : null;
  return [
    ...(lacking[0] === undefined || mayLack ? [] : [`${lacking[0].line}${others}`]),
    ...(mirrored === null ? [] : [mirrored]),
  ];
}

/** A run begins with a look at so many captions, which is enough to see sides in them; its stages read the others. */
const looked = 1000;

/**
 * What is to be said once at the start of a run about images that its trainings mirror; null: nothing. What cannot be read is left to the stage
 * that reads it.
 */
export async function flipDoubt({config, folder}: ResolvedConfig): Promise<string | null> {
  const {data, pretrain, decouple} = config;
  if (!data?.flip || (pretrain ?? decouple) === undefined) return null;
  try {
    if (!(await takesTexts(config, folder))) return null;
    const {train} = await openData(data, folder, () => undefined);
    return mirroredDoubt(await surveyCaptions(train, Math.min(looked, train.size)), train.size);
  } catch (error) {
    lineOf(error);
    return null;
  }
}

/** The line of a mistake of the user; anything else is a bug and thrown on. */
function lineOf(error: unknown): string {
  if (error instanceof UserError) return error.line;
  throw error;
}
