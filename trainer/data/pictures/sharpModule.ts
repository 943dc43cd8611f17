import type sharp from 'sharp';

/** The function that the package exports. */
export type Sharp = typeof sharp;

/** sharp, or why it cannot be loaded. */
export type SharpModule = {readonly module: Sharp} | {readonly module: null; readonly reason: unknown};

let loading: Promise<SharpModule> | undefined;

/** sharp is an optional dependency with native code, which some machines have no build of. */
export function loadSharp(): Promise<SharpModule> {
  loading ??= import('sharp').then(
    (imported) => ({module: imported.default}),
    (reason: unknown) => ({module: null, reason}),
  );
  return loading;
}
