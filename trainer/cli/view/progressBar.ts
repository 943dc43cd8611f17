const width = 24;

/** Formats a share from 0 to 1 as `████████░░░░░░░░░░░░░░░░  33 %`. */
export function progressBar(share: number): string {
  const filled = Math.round(share * width);
  return `${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${`${Math.floor(share * 100)} %`.padStart(5)}`;
}
