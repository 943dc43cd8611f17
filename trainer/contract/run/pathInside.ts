import * as z from 'zod';

/** A path of a file inside a folder, with forward slashes, as records name them: it leads nowhere else. */
export const PathInside = z
  .string()
  .max(1000)
  .refine(
    (path) =>
      !/[\\:\p{Cc}]/u.test(path) && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..'),
    'not the path of a file inside the folder',
  );
