import type {DemeConfig} from '../../contract/config/config.ts';
import type {DataConfig} from '../../contract/config/dataConfig.ts';
import {settingName} from '../../contract/config/configIssue.ts';
import {UserError} from '../../contract/errors.ts';
import type {ResolvedConfig} from '../../contract/run/pipeline.ts';
import {captionsOf} from '../../data/captions/drawCaption.ts';
import {mirroredCaptions} from '../../data/captions/mirroredCaptions.ts';
import type {ImageSource} from '../../data/dataset.ts';
import {openData} from '../../data/openData.ts';
import {textProblems} from '../../store/hub/textProblems.ts';
import {measuringProblems} from './measuringProblems.ts';
import {missingExperts} from './resolveConfig.ts';
import {takesTexts} from './takesTexts.ts';

/**
 * What a run of a valid config would refuse, at its start or hours later, and what its user may not expect: experts, images and captions that are
 * not there, and settings that the base model has no use for. They are doubts, as a config may be checked elsewhere than where it runs.
 */
export async function startDoubts(config: DemeConfig, folder: string): Promise<string[]> {
  const experts = await missingExperts(config, folder);
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
    const {train} = await openData(data, folder, () => undefined);
    return (await takesTexts(config, folder)) ? await captionDoubts(data, train) : [];
  } catch (error) {
    return [lineOf(error)];
  }
}

/** Throws a UserError for an image without a caption. */
async function captionDoubts(data: DataConfig, train: ImageSource): Promise<string[]> {
  const settings = 'captions' in data ? data.captions : undefined;
  const captions = captionsOf(train, {missing: settings && 'missing' in settings ? settings.missing : 'stop'});
  const mirrored = await mirroredCaptions(captions, train.size);
  return data.flip && mirrored !== null ? [mirrored] : [];
}

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
    return (await captionDoubts(data, train))[0] ?? null;
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
