/** A disk that is full; a reader or a terminal that is gone. */
const harmless = ['ENOSPC', 'EDQUOT', 'EPIPE', 'EIO', 'ERR_STREAM_DESTROYED'];

/** That nobody hears it, or a log file has no room, must not end a program that would go on without it. */
export function survivePrinting(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (!harmless.includes(error.code ?? '')) throw error;
    });
  }
}
