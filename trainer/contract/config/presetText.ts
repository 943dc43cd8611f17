const aboutPreset = /^# (yaml-language-server|What it costs)/;

/** The text of a preset under another name, without its comments that point to files beside it. */
export function presetText(text: string, name: string): string {
  const lines = text.split('\n').filter((line) => !aboutPreset.test(line));
  return lines.join('\n').replace(/^name: .*$/m, `name: ${name}`);
}
