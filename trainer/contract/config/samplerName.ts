/** Samplers, by the names that the field has for them. */
export const samplers = ['ddim', 'ddpm', 'pndm', 'euler', 'euler-ancestral', 'heun', 'dpmpp-2m', 'unipc'] as const;
export type SamplerName = (typeof samplers)[number];
