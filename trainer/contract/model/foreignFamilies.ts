import {UserError} from '../errors.ts';

/** Families of models that people may take for Stable Diffusion 1 or 2, by the class of their network or their pipeline. */
const families: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^StableDiffusionXL/, 'Stable Diffusion XL'],
  [/^(?:SD3|StableDiffusion3)/, 'Stable Diffusion 3'],
  [/^Flux/, 'Flux'],
  [/^PixArt/, 'PixArt'],
  [/^StableCascade/, 'Stable Cascade'],
];

/** The family of a class of diffusers that is not supported; undefined for all others. */
export function foreignFamily(className: unknown): string | undefined {
  return typeof className === 'string' ? families.find(([pattern]) => pattern.test(className))?.[1] : undefined;
}

/** Refuses the network of Stable Diffusion XL, which has the class of the one that is supported. */
export function refuseXl({addition_embed_type: type}: Readonly<Record<string, unknown>>, where?: string): void {
  if (type === 'text_time') throw unsupported('This is a network of Stable Diffusion XL', where);
}

/** Refuses a pipeline of another family. */
export function refuseForeignPipeline(className: unknown, where: string): void {
  const family = foreignFamily(className);
  if (family !== undefined) throw unsupported(`This is a pipeline of ${family}`, where);
}

function unsupported(what: string, where?: string): UserError {
  return new UserError('model-unsupported', `${what}, which is not supported.`, {
    where,
    hint: 'Stable Diffusion 1 and 2 and their derivatives are.',
  });
}
