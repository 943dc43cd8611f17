import {UserError} from '../contract/errors.ts';
import {lastSaid} from './processLog.ts';

/** The error of a child process that did not start; `what` as in `The trainer process`. */
export function notStartedError(code: string, what: string, node: string, cause: Error): UserError {
  return new UserError(code, `${what} did not start: ${cause.message}.`, {
    where: node,
    hint: 'Check which Node program is used.',
    cause,
  });
}

/** The error of one that died or talks nonsense, with the last lines of what it has printed to `log`. */
export function brokenError(code: string, what: string, log: string): UserError {
  return new UserError(code, `${what}.${lastSaid(log)}`, {where: log});
}
