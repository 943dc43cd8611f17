/** Formats a share from 0 to 1 as `████████░░░░░░░░░░░░░░░░  33 %`; what is beyond is taken for that. */
export function progressBar(share: number, width = 24): string {
  const shown = Math.min(1, Math.max(0, share));
  const filled = Math.round(shown * width);
  const bar = width > 0 ? `${'█'.repeat(filled)}${'░'.repeat(width - filled)} ` : '';
  return `${bar}${`${Math.floor(shown * 100)} %`.padStart(5)}`;
}
