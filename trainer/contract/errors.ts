import * as z from 'zod';
import {printable, printableLines} from './printable.ts';

/** What a UserError says besides its message: where it is and what to do about it. */
export interface ErrorDetail {
  /** A path, or `file:line:column`. */
  where?: string;
  /** The next thing to try, as a sentence. */
  hint?: string;
  cause?: unknown;
}

/**
 * A mistake that the user can mend: a bad config, a missing file, an engine that is not installed.
 * It reaches the shell as one readable line and exit code 2. Anything else that is thrown is a bug and keeps its stack.
 */
export class UserError extends Error {
  readonly code: string;
  readonly where: string | undefined;
  readonly hint: string | undefined;

  /** `code` is kebab-case and stable (`config-invalid`, `model-missing`), so that callers may test for it. */
  constructor(code: string, message: string, detail: ErrorDetail = {}) {
    super(printableLines(message), {cause: detail.cause});
    this.name = 'UserError';
    this.code = code;
    this.where = detail.where === undefined ? undefined : printable(detail.where);
    this.hint = detail.hint === undefined ? undefined : printable(detail.hint);
  }

  /** `where: message. hint`; as many lines as the message has. */
  get line(): string {
    return `${this.where === undefined ? '' : `${this.where}: `}${this.message}${this.hint ? ` ${this.hint}` : ''}`;
  }
}

/** For `catch`, where something unreadable counts as absent: null for a `UserError`; a bug is thrown again. */
export function nullForUserError(error: unknown): null {
  if (error instanceof UserError) return null;
  throw error;
}

/** An error as it crosses a process or lies on disk. */
export const ErrorRecord = z.strictObject({
  code: z.string(),
  message: z.string(),
  where: z.string().optional(),
  hint: z.string().optional(),
  stack: z.string().optional().describe('Only for bugs; a user error needs none.'),
});
export type ErrorRecord = z.infer<typeof ErrorRecord>;

/** The record of any thrown value. */
export function toErrorRecord(error: unknown): ErrorRecord {
  if (error instanceof UserError) {
    return {code: error.code, message: error.message, where: error.where, hint: error.hint};
  }
  if (error instanceof Error) return {code: 'bug', message: error.message, stack: error.stack};
  return {code: 'bug', message: String(error)};
}

/** The error of a record: a UserError again, or a plain Error with the stack of the process where it happened. */
export function fromErrorRecord(record: ErrorRecord): Error {
  if (record.code !== 'bug') return new UserError(record.code, record.message, record);
  const error = new Error(record.message);
  if (record.stack !== undefined) error.stack = record.stack;
  return error;
}
