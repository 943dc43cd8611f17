/** A line of a preset whose comment says that the value is our choice, as in `batch: 4 # ours, for 24 GB and more`. */
const openLine = /^( *)([\w-]+):\s*([^#]*?)\s*#\s*(?:ours|default)\b[,:;]?\s*(.*)$/;
const anyKey = /^( *)([\w-]+):/;

/** The settings of a preset that the paper and its code leave open, as its comments mark them: `decouple.batch: 4 (for 24 GB and more)`. */
export function openSettings(preset: string): string[] {
  const path: {indent: number; key: string}[] = [];
  return preset.split('\n').flatMap((line) => {
    const [, indent = '', key] = anyKey.exec(line) ?? [];
    if (key === undefined) return [];
    while ((path.at(-1)?.indent ?? -1) >= indent.length) path.pop();
    path.push({indent: indent.length, key});
    const [, , , value, why] = openLine.exec(line) ?? [];
    if (value === undefined) return [];
    const name = path.map((part) => part.key).join('.');
    return [`${name}: ${value}${why ? ` (${why})` : ''}`];
  });
}
