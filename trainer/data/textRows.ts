import type {Captions} from './captions/drawCaption.ts';

/** Texts as the states of a text encoder. */
export interface TextRows {
  /** Of the states of one text. */
  readonly shape: readonly [tokens: number, width: number];
  read(text: string): Promise<Float32Array>;
}

/** What is written about each image of a source, and how a network takes it. */
export interface ImageTexts {
  readonly captions: Captions;
  readonly rows: TextRows;
}
