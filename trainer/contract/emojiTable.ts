import * as z from 'zod';

const image = z.string().regex(/^[0-9a-f-]+\.png$/);

/** `emoji.json` of npm's emoji-datasource packages, as far as it is read. */
export const EmojiTable = z.array(
  z.looseObject({
    name: z.string(),
    image,
    category: z.string(),
    subcategory: z.string().optional(),
    has_img_google: z.boolean(),
    /** By the skin tones, as in `1F3FB` or, of two persons, `1F3FB-1F3FD`. */
    skin_variations: z.record(z.string(), z.looseObject({image, has_img_google: z.boolean()})).optional(),
  }),
);
export type EmojiTable = z.infer<typeof EmojiTable>;
