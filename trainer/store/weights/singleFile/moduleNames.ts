/**
 * Modules under diffusers' names and under those of the original code of Stable Diffusion. What follows the name of a module, as `.weight`,
 * is the same in both.
 */
export type ModuleNames = readonly (readonly [diffusers: string, original: string])[];

/** Another name of a tensor; null for one that belongs to none of the modules. */
export type Rename = (name: string) => string | null;

export function toOriginal(names: ModuleNames): Rename {
  return renameBy(new Map(names));
}

export function toDiffusers(names: ModuleNames): Rename {
  return renameBy(new Map(names.map(([diffusers, original]) => [original, diffusers])));
}

/** Both names of modules that lie in two others. */
export function inside([diffusers, original]: readonly [string, string], names: ModuleNames): ModuleNames {
  return names.map(([inner, originalInner]) => [`${diffusers}${inner}`, `${original}${originalInner}`]);
}

/** By the innermost module that a name begins with. */
function renameBy(modules: ReadonlyMap<string, string>): Rename {
  return (name) => {
    for (let end = name.length; end > 0; end = name.lastIndexOf('.', end - 1)) {
      const module = modules.get(name.slice(0, end));
      if (module !== undefined) return module + name.slice(end);
    }
    return null;
  };
}
