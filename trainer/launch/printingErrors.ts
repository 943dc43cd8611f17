/** A disk that is full; a reader or a terminal that is gone. */
const harmless = ['ENOSPC', 'EDQUOT', 'EPIPE', 'EIO', 'ERR_STREAM_DESTROYED'];

/** Keeps a closed terminal or a full log disk from ending a program that does not need its output. */
export function survivePrinting(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (!harmless.includes(error.code ?? '')) throw error;
    });
  }
}
