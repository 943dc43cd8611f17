const width = 24;

/** `████████░░░░░░░░░░░░░░░░  33 %` of a share from 0 to 1. */
export function progressBar(share: number): string {
  const filled = Math.round(share * width);
  return `${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${`${Math.floor(share * 100)} %`.padStart(5)}`;
}
