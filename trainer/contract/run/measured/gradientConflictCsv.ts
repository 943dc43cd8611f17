import type {Cosines, GradientConflict} from './gradientConflict.ts';

/** The cosines as a table for other programs, a line for each pair of timesteps in the whole network (`all`) and in each of its parts. */
export function gradientConflictCsv({timesteps, overall, parts}: GradientConflict): string {
  const rowsOf = (part: string, cosines: Cosines) =>
    cosines.flatMap((row, i) => row.map((cosine, j) => [part, timesteps[i], timesteps[j], cosine ?? ''].join(',')));
  const lines = [...rowsOf('all', overall), ...parts.flatMap(({name, cosines}) => rowsOf(name, cosines))];
  return `part,timestep,other,cosine\n${lines.join('\n')}\n`;
}
