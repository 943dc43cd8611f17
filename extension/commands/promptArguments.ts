import * as vscode from 'vscode';
import {listedPrompts, type SamplingConfig} from '../../trainer/contract/config/evaluateConfig.ts';
import {promptGridSize} from '../../trainer/contract/run/promptGrid.ts';
import {hasTextEncoder} from '../../trainer/store/weights/hasTextEncoder.ts';

/** What the config of a run says of prompts. */
export type PromptSettings = Pick<SamplingConfig, 'prompts' | 'negative' | 'guidance' | 'guidanceRescale'>;

/**
 * The options of `deme sample` that say what to draw, about `images` in all: for a model with a text encoder by prompts that the user chooses.
 * Undefined where the user cancels.
 */
export async function promptArguments(
  model: string,
  sampling: PromptSettings,
  images: number,
): Promise<string[] | undefined> {
  if (!(await hasTextEncoder(model))) return ['--count', String(images)];
  const prompts = await choosePrompts(listedPrompts(sampling) ?? []);
  if (prompts === undefined) return undefined;
  // Negative prompts that are one for each prompt belong to the prompts of the config.
  const {negative, guidance, guidanceRescale} = sampling;
  const negatives = typeof negative === 'string' || prompts === sampling.prompts ? [negative ?? []].flat() : [];
  return [
    ...prompts.flatMap((prompt) => ['--prompt', prompt]),
    ...negatives.flatMap((text) => ['--negative', text]),
    ...(guidance === undefined ? [] : ['--guidance', String(guidance)]),
    ...(guidanceRescale === undefined ? [] : ['--guidance-rescale', String(guidanceRescale)]),
    ...['--count', String(promptGridSize(prompts.length, images).columns)],
  ];
}

/** The prompts of the config, one of them, or one that is typed. */
async function choosePrompts(known: readonly string[]): Promise<readonly string[] | undefined> {
  if (known.length < 2) return typePrompt(known[0]);
  const all = {label: `All ${known.length} prompts of the config`, prompts: known};
  const other = {label: 'Another prompt …', prompts: undefined};
  const items = [all, ...known.map((prompt) => ({label: prompt, prompts: [prompt]})), other];
  const chosen = await vscode.window.showQuickPick(items, {placeHolder: 'What shall the model draw?'});
  return chosen === other ? typePrompt() : chosen?.prompts;
}

async function typePrompt(value = ''): Promise<readonly string[] | undefined> {
  const title = 'What shall the model draw?';
  const prompt = await vscode.window.showInputBox({title, value, placeHolder: 'a bold seven, tilted left'});
  return prompt === undefined ? undefined : [prompt];
}
