import * as z from 'zod';

/** A vocabulary has 49,408 entries in every published CLIP; twenty times that is room enough for any other. */
const largestId = 999_999;

/** `vocab.json` of a CLIP tokenizer, and `model.vocab` of its `tokenizer.json`: token -> id. */
export const ClipVocabulary = z.record(z.string(), z.int().min(0).max(largestId));

/** A token that is cut out of the text before the text is split. */
export const AddedToken = z.looseObject({
  content: z.string().min(1).max(1000),
  /** Looked for in the normalised text (lower case), instead of in the text as it was written. */
  normalized: z.boolean().default(true),
  /** Not inside a word. */
  single_word: z.boolean().default(false),
});
export type AddedToken = z.infer<typeof AddedToken>;

/** A token by its name alone is looked for as it is written. */
const NamedToken = z
  .union([
    z
      .string()
      .min(1)
      .max(1000)
      .transform((content): AddedToken => ({content, normalized: false, single_word: false})),
    AddedToken,
  ])
  .nullish();
const NamedTokens = z.array(NamedToken).max(1000).nullish();

/** `special_tokens_map.json`: which tokens begin and end a text and fill it up. */
export const SpecialTokensMap = z.looseObject({
  bos_token: NamedToken,
  eos_token: NamedToken,
  unk_token: NamedToken,
  pad_token: NamedToken,
  additional_special_tokens: NamedTokens,
});
export type SpecialTokensMap = z.infer<typeof SpecialTokensMap>;

/** `tokenizer_config.json`, as far as it matters to the ids. */
export const ClipTokenizerConfig = z.looseObject({
  ...SpecialTokensMap.shape,
  tokenizer_class: z.string().nullish(),
  /** Ids that texts are cut and filled up to; an astronomic number where transformers knows none. */
  model_max_length: z.number().min(2).nullish(),
  /** Id -> token, in files of transformers 4.34 and later. */
  added_tokens_decoder: z.record(z.string().regex(/^\d{1,6}$/), AddedToken).nullish(),
});
export type ClipTokenizerConfig = z.infer<typeof ClipTokenizerConfig>;

/** `tokenizer.json` of the tokenizers library, which transformers 5 writes instead of `vocab.json` and `merges.txt`. */
export const ClipTokenizerFile = z.looseObject({
  added_tokens: z
    .array(z.looseObject({...AddedToken.shape, id: z.int().min(0).max(largestId)}))
    .max(10_000)
    .default([]),
  model: z.looseObject({
    type: z.string().default('BPE'),
    end_of_word_suffix: z.string().nullish(),
    vocab: ClipVocabulary,
    /** In order of their rank: `a b`, or [a, b]. */
    merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
  }),
});
export type ClipTokenizerFile = z.infer<typeof ClipTokenizerFile>;
