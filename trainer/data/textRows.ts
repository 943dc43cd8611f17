import type {Captions} from './captions/drawCaption.ts';

/** Texts as the states of a text encoder. */
export interface TextRows {
  /** Of the states of one text. */
  readonly shape: readonly [tokens: number, width: number];
  read(text: string): Promise<Float32Array>;
}

/** States of texts, [N,T,width]. */
export async function textStates(rows: TextRows, texts: readonly string[]): Promise<Float32Array> {
  const size = rows.shape[0] * rows.shape[1];
  const states = new Float32Array(texts.length * size);
  for (const [i, text] of texts.entries()) states.set(await rows.read(text), i * size);
  return states;
}

/** What is written about each image of a source, and how a network takes it. */
export interface ImageTexts {
  readonly captions: Captions;
  readonly rows: TextRows;
}
