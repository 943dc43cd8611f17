import {Writable} from 'node:stream';

/** Passes lines on to `out`, each with a mark at its beginning that tells it from those of others. What is written must be whole lines. */
export function markedLines(mark: string, out: NodeJS.WritableStream): NodeJS.WritableStream {
  return new Writable({
    write(chunk: Buffer, _, done) {
      out.write(chunk.toString().replace(/^(?=.)/gm, `${mark} `));
      done();
    },
  });
}
