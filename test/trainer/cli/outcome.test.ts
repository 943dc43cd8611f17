import {afterEach, describe, expect, it, vi} from 'vitest';
import {printError} from '../../../trainer/cli/outcome.ts';
import {UserError} from '../../../trainer/contract/errors.ts';

afterEach(() => void vi.restoreAllMocks());

/** Calls `printError` and says what it wrote where. */
function print(error: unknown, json: boolean) {
  const written = {stdout: '', stderr: ''};
  for (const name of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      written[name] += String(text);
      return true;
    });
  }
  return {code: printError(error, json), ...written};
}

describe('an error', () => {
  it('of the user is one line and ends with 2', () => {
    const error = new UserError('x-missing', 'There is no x.', {where: 'a/b', hint: 'Make one.'});
    expect(print(error, false)).toEqual({code: 2, stdout: '', stderr: 'deme: a/b: There is no x. Make one.\n'});
  });

  it('of a process that died ends with 1', () => {
    expect(print(new UserError('stage-died', 'It died.'), false).code).toBe(1);
  });

  it('of the program keeps its stack and ends with 1', () => {
    const {code, stderr} = print(new TypeError('no such thing'), false);
    expect(code).toBe(1);
    expect(stderr).toMatch(/this is a bug\. TypeError: no such thing\n +at /);
  });

  it('is a record for machines', () => {
    const {code, stdout, stderr} = print(new UserError('x-missing', 'There is no x.', {where: 'a/b'}), true);
    expect({code, stderr}).toEqual({code: 2, stderr: ''});
    expect(JSON.parse(stdout)).toEqual({error: {code: 'x-missing', message: 'There is no x.', where: 'a/b'}});
  });

  it('holds nothing that a terminal obeys, whatever a file has put into it', () => {
    const hostile = '\u001b]52;c;ZXZpbA==\u0007';
    for (const error of [new UserError('x-bad', hostile, {where: hostile, hint: hostile}), new Error(hostile)]) {
      for (const json of [false, true]) {
        const {stdout, stderr} = print(error, json);
        expect(stdout + stderr).toContain('\\u001b]52;c;');
        expect(stdout + stderr).not.toMatch(/[^\P{Cc}\n]/u);
        vi.restoreAllMocks();
      }
    }
  });
});
