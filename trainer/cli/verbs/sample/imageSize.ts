import {UserError} from '../../../contract/errors.ts';
import type {Components} from '../../../models/components.ts';
import type {ImageShape} from '../../../models/imageSpace.ts';
import {requireImageShape} from '../../../sample/requireImageShape.ts';

/** How large the images of a verb are to be, in pixels. */
export interface SizeOptions {
  readonly size?: readonly [height: number, width: number];
  readonly height?: number;
  readonly width?: number;
}

/**
 * [H,W,C] of the images that are asked for, else of those that the latents `given` [h, w] become, else of those that the model at `where` names.
 * Throws a UserError for a size that the autoencoder has no latents for.
 */
export function imageSize(
  {size, height, width}: SizeOptions,
  components: Components,
  given: readonly [number, number] | null,
  where: string,
): ImageShape {
  const {factor, imageShape} = components;
  const usual = given?.map((side) => side * factor) ?? imageShape;
  const [rows, columns] = [height ?? size?.[0] ?? usual?.[0], width ?? size?.[1] ?? usual?.[1]];
  const asked =
    rows === undefined || columns === undefined ? null : ([rows, columns, components.imageChannels] as const);
  const shape = requireImageShape({imageShape: asked}, where);
  const odd = shape.slice(0, 2).find((side) => side % factor !== 0);
  if (odd === undefined) return shape;
  const near = factor * Math.max(1, Math.round(odd / factor));
  throw new UserError(
    'size-invalid',
    `An image of ${odd} pixels has no latents: one of them stands for ${factor} pixels.`,
    {
      hint: `Take a multiple of ${factor}, such as ${near}.`,
    },
  );
}
