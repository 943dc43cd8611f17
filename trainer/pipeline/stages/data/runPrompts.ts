import {listedPrompts, promptFileOf, type SamplingConfig} from '../../../contract/config/evaluateConfig.ts';
import {readPromptFile} from '../../../data/captions/promptFile.ts';
import type {ImageSource} from '../../../data/dataset.ts';
import type {Components} from '../../../models/components.ts';
import {promptsFor, type Prompts} from '../../../sample/prompts.ts';
import {captionsOfRun} from './networkData.ts';
import type {StageContext} from '../stageContext.ts';

/** What a config says of prompts. */
type TextSampling = Pick<SamplingConfig, 'prompts' | 'negative' | 'guidance' | 'guidanceRescale'>;

/**
 * What a run draws by: the prompts of its config or of a file that it names, else the first captions of the images of a part of the data; undefined for a network without
 * texts.
 */
export async function runPrompts(
  context: StageContext,
  {text}: Components,
  source: ImageSource,
  settings: TextSampling,
): Promise<Prompts | undefined> {
  const file = promptFileOf(settings);
  const prompts = file
    ? await context.watch.readingInput(file.file, (path) => readPromptFile(path, file))
    : listedPrompts(settings);
  const given = promptsFor(text, {...settings, prompts});
  if (given === undefined || prompts !== undefined || source.size === 0) return given;
  const captions = captionsOfRun(context, source);
  return {...given, count: source.size, prompt: async (index) => (await captions(index))[0] ?? ''};
}
