import * as z from 'zod';

const common = {
  validation: z
    .int()
    .min(0)
    .default(500)
    .describe('Images held out for the weight search and every choice of settings.'),
  test: z.int().min(0).default(500).describe('Images held out for the report, looked at once.'),
  splitSeed: z.int().min(0).default(0).describe('Seed of the split into training, validation and test images.'),
  flip: z.boolean().default(false).describe('Flip half of the training images left to right.'),
  cache: z
    .union([
      z.literal(false).describe('Everything is computed anew for each update.'),
      z.strictObject({
        dtype: z
          .enum(['F32', 'F16'])
          .default('F32')
          .describe('Number format: F16 takes half the room, and rounds; F32 trains exactly as without a cache.'),
        folder: z
          .string()
          .min(1)
          .optional()
          .describe("Where it lies; left out: the user's cache, where models and engines are, too."),
      }),
    ])
    .optional()
    .describe(
      "Latents of the images and states of the text encoder are computed once and kept on disk for all runs, where the model has such parts; default: F32 in the user's cache. " +
        'With crop: random, images are encoded anew each time.',
    ),
  limit: z
    .int()
    .min(1)
    .optional()
    .describe('Use only this many training images, chosen at random with the seed of the split, after it.'),
};

const shaped = {
  split: z
    .string()
    .optional()
    .describe(
      'The only split to use (train, test, validation, or any name of NAME-00000-of-00001 files), or all for all files together; ' +
        'left out: training, validation and test images as files and folders are named, where they are.',
    ),
  resolution: z.int().min(1).describe('Height and width in pixels after resizing and cropping.'),
  interpolation: z
    .enum(['bilinear', 'bicubic', 'lanczos', 'box', 'nearest'])
    .default('bilinear')
    .describe('How images are resized, pixel for pixel as Pillow does it (antialiased where they shrink).'),
  crop: z
    .enum(['center', 'random'])
    .default('center')
    .describe('Where to cut the square once the short side has the resolution; random applies to training images.'),
  channels: z
    .union([z.literal(1), z.literal(3)])
    .default(3)
    .describe('1 for grey, 3 for RGB.'),
  corrupt: z
    .enum(['stop', 'skip'])
    .default('stop')
    .describe(
      'What happens at a file that cannot be decoded: the run stops with an error, or the file is left out with a warning.',
    ),
};

/** Columns that hold captions where the config names none, the first of them that is there. */
export const captionColumns = ['text', 'caption', 'captions', 'prompt'] as const;

const Captions = z
  .strictObject({
    column: z
      .string()
      .optional()
      .describe(
        `Column (key in JSON) of the captions, one text or a list of texts; default: the first of ${captionColumns.join(', ')} that is there.`,
      ),
    missing: z
      .enum(['stop', 'empty'])
      .default('stop')
      .describe(
        'What happens at an image without a caption: the run stops with an error, or it gets the empty caption.',
      ),
  })
  .optional()
  .describe(
    'Where captions come from, for models that are conditioned on text. A list of captions is drawn from while training; else its first is used.',
  );

const ClassCaptions = z
  .strictObject({
    names: z
      .array(z.string().trim().min(1))
      .min(1)
      .optional()
      .describe('What the images of label 0, 1, 2 ... show; left out: zero to nine.'),
    style: z
      .boolean()
      .default(true)
      .describe(
        'Say also how an image is drawn, where it is among the outer quarters of all: bold or thin, tilted left or right.',
      ),
  })
  .optional()
  .describe(
    'Make captions such as "a bold seven, tilted left", for models that are conditioned on text; left out: none. Each image has its shorter ones too.',
  );

export const DataConfig = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('mnist').describe('MNIST idx files.'),
      path: z
        .string()
        .optional()
        .describe('Folder with the four idx files; left out: the digits that are installed with DeMe Studio.'),
      captions: ClassCaptions,
      ...common,
    }),
    z.strictObject({
      kind: z.literal('cifar10').describe('CIFAR-10 binary batches.'),
      path: z.string().describe('Folder with data_batch_1.bin to data_batch_5.bin and test_batch.bin.'),
      ...common,
    }),
    z.strictObject({
      kind: z
        .literal('images')
        .describe('A folder of images (PNG, JPEG, WebP, GIF, TIFF, AVIF, BMP), searched with its sub-folders.'),
      path: z
        .string()
        .describe(
          'The folder. Captions: metadata.jsonl or metadata.csv with file_name, else NAME.txt beside NAME.png, a line each.',
        ),
      captions: Captions,
      ...shaped,
      ...common,
    }),
    z.strictObject({
      kind: z.literal('parquet').describe('Hugging Face parquet files with an image column.'),
      path: z.string().describe('One parquet file or a folder of them.'),
      column: z.string().default('image').describe('Name of the image column.'),
      captions: Captions,
      ...shaped,
      ...common,
    }),
    z.strictObject({
      kind: z
        .literal('webdataset')
        .describe('Tar files of a WebDataset: images with a text file or JSON of the same name behind or before them.'),
      path: z.string().describe('One tar file or a folder of them.'),
      captions: Captions,
      ...shaped,
      ...common,
    }),
  ])
  .describe('Where the images come from.');
export type DataConfig = z.infer<typeof DataConfig>;
/** Settings of the cache; false: none. */
export type CacheSettings = NonNullable<DataConfig['cache']>;
export type CaptionSettings = NonNullable<z.infer<typeof Captions>>;
export type ClassCaptionSettings = NonNullable<z.infer<typeof ClassCaptions>>;
