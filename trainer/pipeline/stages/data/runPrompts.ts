import type {ImageSource} from '../../../data/dataset.ts';
import type {Components} from '../../../models/components.ts';
import {promptsFor, type Prompts, type PromptSettings} from '../../../sample/prompts.ts';
import {captionsOfRun} from './networkData.ts';
import type {StageContext} from '../stageContext.ts';

/**
 * What a run draws by: the prompts of its config, else the first captions of the images of a part of the data; undefined for a network without
 * texts.
 */
export function runPrompts(
  context: StageContext,
  {text}: Components,
  source: ImageSource,
  settings: PromptSettings,
): Prompts | undefined {
  const given = promptsFor(text, settings);
  if (given === undefined || settings.prompts !== undefined || source.size === 0) return given;
  const captions = captionsOfRun(context, source);
  return {...given, count: source.size, prompt: async (index) => (await captions(index))[0] ?? ''};
}
