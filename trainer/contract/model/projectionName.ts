const pattern = /^adapter_list\.(0|[1-9]\d*)\.weight$/;

/** Name, in the published checkpoints, of DeMe's channel-wise projection `index`, counted in forward order: down blocks, middle, up blocks. */
export function projectionName(index: number): string {
  return `adapter_list.${index}.weight`;
}

/** Index of the projection that bears this name; null for any other tensor. */
export function projectionIndex(tensorName: string): number | null {
  const index = pattern.exec(tensorName)?.[1];
  return index === undefined ? null : Number(index);
}

/** Orders projections by their index: by name, `adapter_list.10` would come before `adapter_list.2`. */
export function compareProjections(a: string, b: string): number {
  return (projectionIndex(a) ?? 0) - (projectionIndex(b) ?? 0);
}

export function isProjection(tensorName: string): boolean {
  return projectionIndex(tensorName) !== null;
}
