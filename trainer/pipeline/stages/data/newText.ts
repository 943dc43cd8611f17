import {join} from 'node:path';
import type {PretrainConfig} from '../../../contract/config/config.ts';
import {ClipTextConfig} from '../../../contract/model/clipTextConfig.ts';
import {newTextEncoder} from '../../../models/clip/newTextEncoder.ts';
import {openTextConditioner, type TextConditioner} from '../../../models/clip/textConditioner.ts';
import {writeFileAtomic} from '../../../store/files/atomicFile.ts';
import {folderComponent, stableDiffusionIndex, type Pipeline} from '../../../store/weights/pipeline.ts';
import {writeJsonAtomic} from '../../../store/files/jsonFile.ts';
import {writeSafetensors} from '../../../store/weights/safetensors.ts';
import {newTokenizer, type NewTokenizer} from '../../../text/newTokenizer.ts';
import {makeFolders} from '../../../store/files/makeFolders.ts';

/** What a pretraining makes besides its network. */
export interface NewText {
  readonly conditioner: TextConditioner;
  /** With its tokenizer and text encoder. */
  readonly pipeline: Pipeline;
}

/** Tokenizer and shape of the text encoder that a pretraining makes; null for one without text. */
export function planText({model, text}: PretrainConfig): {tokenizer: NewTokenizer; config: ClipTextConfig} | null {
  if (text === undefined || model._class_name !== 'UNet2DConditionModel') return null;
  const tokenizer = newTokenizer(text.words, text.length);
  const config = ClipTextConfig.parse({
    architectures: ['CLIPTextModel'],
    model_type: 'clip_text_model',
    vocab_size: tokenizer.vocabularySize,
    hidden_size: model.cross_attention_dim,
    intermediate_size: 2 * model.cross_attention_dim,
    num_hidden_layers: text.layers,
    num_attention_heads: text.heads,
    max_position_embeddings: text.length,
    bos_token_id: tokenizer.begin,
    eos_token_id: tokenizer.end,
    pad_token_id: tokenizer.end,
  });
  return {tokenizer, config};
}

/** Writes tokenizer and text encoder of a pretraining, the same ones each time, into `folder`; null for one without text. */
export async function makeText(pretrain: PretrainConfig, folder: string): Promise<NewText | null> {
  const planned = planText(pretrain);
  if (planned === null) return null;
  const {tokenizer, config} = planned;
  const parts = {tokenizer: join(folder, 'tokenizer'), text_encoder: join(folder, 'text_encoder')};
  for (const path of Object.values(parts)) makeFolders(path);
  for (const [name, content] of Object.entries(tokenizer.files))
    await writeFileAtomic(join(parts.tokenizer, name), content);
  await writeJsonAtomic(join(parts.text_encoder, 'config.json'), config);
  await writeSafetensors(join(parts.text_encoder, 'model.safetensors'), newTextEncoder(config, pretrain.seed));
  const components = Object.entries(parts).map(([name, path]) => folderComponent(name, path));
  return {
    conditioner: await openTextConditioner(folderComponent('text_encoder', parts.text_encoder), parts.tokenizer),
    pipeline: {path: folder, index: stableDiffusionIndex(Object.keys(parts)), components},
  };
}
